import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fault } from "../config/fault.ts";
import { compilerFaults } from "./compiler_output.ts";

/** The script API as scripts see it. Without it nothing is declared: no DOM, no Node. */
const API_TYPES = fileURLToPath(new URL("../runtime/lodestone.d.ts", import.meta.url));
/** Milliseconds. A compiler that takes longer is not going to end. */
const DEADLINE = 120_000;
const OUTPUT_LIMIT = 16 * 1024 * 1024;

/** What the author's own tsconfig.json may have otherwise. */
const DEFAULTS = { strict: true, skipLibCheck: true, isolatedModules: true };

/** What the isolate has and how esbuild reads modules, whatever another tsconfig.json says. */
const RULES = {
  target: "esnext",
  lib: ["esnext"],
  types: [],
  module: "preserve",
  moduleResolution: "bundler",
  moduleDetection: "force",
  customConditions: ["workerd", "worker", "browser", "module"],
  resolveJsonModule: true,
  allowImportingTsExtensions: true,
  // So that JavaScript which says `// @ts-check` is looked at.
  allowJs: true,
  noEmit: true,
  rootDir: "/",
  composite: false,
  incremental: false,
};

/** The compiler is not there, or could not do its work; the message says why. */
export class TypeCheckError extends Error {
  override readonly name = "TypeCheckError";
  /** Nothing is wrong with the scripts: this installation has no compiler. */
  readonly isMissing: boolean;

  constructor(message: string, isMissing: boolean) {
    super(message);
    this.isMissing = isMissing;
  }
}

/**
 * Checks the types of scripts and of what they import against the script API. A tsconfig.json beside a script, or in
 * a folder above it, says how strictly; its `lib`, `types` and module settings do not count, for they are a matter
 * of what the isolate has. Throws TypeCheckError.
 *
 * @param scripts absolute paths.
 */
export async function typeFaults(scripts: readonly string[]): Promise<Fault[]> {
  const compiler = await findCompiler();
  // The compiler names files by their real paths only when their folder is one.
  const folder = await realpath(await mkdtemp(join(tmpdir(), "lodestone-check-")));
  try {
    const groups = Map.groupBy(new Set(scripts), ownSettings);
    const faults: Fault[] = [];
    for (const [settings, members] of groups) {
      faults.push(...(await runCompiler(compiler, folder, settings, members)));
    }
    return faults;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The tsconfig.json an editor would use. */
function ownSettings(script: string): string | undefined {
  for (let folder = dirname(script); ; folder = dirname(folder)) {
    const file = join(folder, "tsconfig.json");
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The native compiler of the package `typescript`, without a Node in between. */
async function findCompiler(): Promise<string> {
  try {
    const home = new URL(".", import.meta.resolve("typescript/package.json"));
    const { default: executable } = (await import(new URL("lib/getExePath.js", home).href)) as {
      default: () => string;
    };
    return executable();
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    throw new TypeCheckError(`the TypeScript compiler cannot be found: ${reason}`, true);
  }
}

async function runCompiler(
  compiler: string,
  folder: string,
  settings: string | undefined,
  scripts: readonly string[],
): Promise<Fault[]> {
  const defaults = join(folder, "defaults.json");
  const project = join(folder, "tsconfig.json");
  await writeFile(defaults, JSON.stringify({ compilerOptions: DEFAULTS }));
  await writeFile(
    project,
    JSON.stringify({
      extends: settings === undefined ? [defaults] : [defaults, settings],
      compilerOptions: RULES,
      files: [API_TYPES, ...scripts],
      include: [],
    }),
  );
  const { text, failure } = await run(compiler, ["-p", project, "--pretty", "false"], folder);
  const faults = compilerFaults(text, {
    folder,
    standIn: settings ?? scripts[0]!,
    read: (file) => readFileSync(file, "utf8"),
  });
  if (failure !== undefined && faults.length === 0) {
    throw new TypeCheckError(`the TypeScript compiler failed: ${text.trim() || failure}`, false);
  }
  return faults.filter(({ file }) => !file.includes("/node_modules/") && file !== API_TYPES);
}

/** `failure` is set when it did not exit with 0, which it does not when it has found something either. */
function run(
  compiler: string,
  parameters: readonly string[],
  cwd: string,
): Promise<{ text: string; failure: string | undefined }> {
  const { promise, resolve } = Promise.withResolvers<{ text: string; failure: string | undefined }>();
  const options = { cwd, timeout: DEADLINE, maxBuffer: OUTPUT_LIMIT };
  execFile(compiler, parameters, options, (error, stdout, stderr) =>
    resolve({ text: `${stdout}${stderr}`, failure: error?.message }),
  );
  return promise;
}
