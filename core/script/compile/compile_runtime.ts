import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import type { CompiledRuntime } from "./compiled_runtime.ts";

const RUNTIME = fileURLToPath(new URL("../../runtime", import.meta.url));
/** The module of a folder that makes it a chunk. */
const CHUNK = "chunk.ts";

/**
 * Compiles the guest runtime: the main part, which every isolate evaluates, and the chunks. A chunk is a folder of
 * the runtime with a `chunk.ts`; everything else it imports of the runtime is part of the main script, so that both
 * have the same instance of every class.
 */
export async function compileRuntime(): Promise<CompiledRuntime> {
  const names = readdirSync(RUNTIME).filter((name) => existsSync(join(RUNTIME, name, CHUNK)));
  const shared = new Set<string>();
  const texts = await Promise.all(names.map((name) => compileChunk(name, shared)));
  return {
    main: await compileMain([...shared].sort()),
    chunks: Object.fromEntries(names.map((name, i) => [name, texts[i]!])),
  };
}

const OPTIONS = {
  bundle: true,
  write: false,
  absWorkingDir: RUNTIME,
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2024",
  charset: "utf8",
  // Every isolate has the text in memory. Names stay: scripts see those of functions and classes.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  logLevel: "silent",
} as const satisfies BuildOptions;

async function compileMain(shared: readonly string[]): Promise<string> {
  const imports = shared.map((path, i) => `import * as m${i} from ${JSON.stringify(`./${path}`)};`);
  const table = shared.map((path, i) => `${JSON.stringify(path)}: m${i}`);
  const entry = `import { start as begin } from "./main.ts";
${imports.join("\n")}
const shared = { ${table.join(", ")} };
export const start = (...values) => begin(shared, ...values);`;
  const result = await build({
    ...OPTIONS,
    stdin: { contents: entry, resolveDir: RUNTIME, sourcefile: "start.ts", loader: "ts" },
    format: "iife",
    globalName: "lodestoneRuntime",
  });
  // Wrapped so that the global name stays out of the scripts' scope.
  return `(() => { "use strict";\n${result.outputFiles[0]!.text}\nreturn lodestoneRuntime.start; })()`;
}

/** Adds to `shared` what the main script has to give the chunk, by paths relative to the runtime. */
async function compileChunk(name: string, shared: Set<string>): Promise<string> {
  const result = await build({
    ...OPTIONS,
    entryPoints: [join(RUNTIME, name, CHUNK)],
    format: "cjs",
    plugins: [sharedModules(join(RUNTIME, name), shared)],
  });
  return `(function (require, module) { "use strict";\n${result.outputFiles[0]!.text}\n})`;
}

function sharedModules(folder: string, shared: Set<string>): Plugin {
  return {
    name: "lodestone-shared-modules",
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, importer }) => {
        const target = resolve(dirname(importer), path);
        if (!importer.startsWith(RUNTIME) || target.startsWith(`${folder}/`)) return undefined;
        const module = relative(RUNTIME, target);
        const other = join(RUNTIME, dirname(module), CHUNK);
        if (module.includes("/") && existsSync(other)) {
          return { errors: [{ text: `a chunk reaches "${module}" through ChunkContext.chunks only` }] };
        }
        shared.add(module);
        return { path: module, external: true };
      });
    },
  };
}
