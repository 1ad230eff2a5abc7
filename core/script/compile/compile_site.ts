import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type BuildOptions, type BuildResult, build, type Message, type Plugin } from "esbuild";
import type { SiteConfig } from "../../config/config.ts";
import type { Fault } from "../../config/fault.ts";
import type { CompiledSite } from "./compiled_site.ts";
import { GUEST_MODULES } from "./guest_modules.ts";
import { pluginFile, unknownModuleMessage } from "./plugin_modules.ts";
import { faultFromMessage, ScriptError, unresolvedModule } from "./script_error.ts";

/** Characters of a bundle. A worker parses it for every isolate it makes. */
const BUNDLE_LIMIT = 10 * 1024 * 1024;
/** Faults reported at once; one missing bracket can cause hundreds. */
const FAULT_LIMIT = 20;
/** Name of the generated module that imports the scripts. */
const ENTRY = "lodestone:entry";

/** Needed where requests may be traced. */
export const loadInstrumentation = () => import("./instrument_returns.ts");

export interface CompileOptions {
  /** Whether the scripts are to tell which `return` decided (`instrument_returns.ts`); costs them a little. */
  readonly returns?: boolean;
}

/**
 * Compiles the scripts of a site, and everything they import, into one bundle. TypeScript is stripped, not
 * checked; that is the business of `lodestone check`.
 *
 * @throws ScriptError when a script cannot be read, parsed or resolved, exports no handler, or the bundle is
 * larger than 10 MB.
 */
export async function compileSite(
  site: SiteConfig,
  version: number,
  options: CompileOptions = {},
): Promise<CompiledSite> {
  const scripts = site.scripts;
  let result: SiteBuild;
  try {
    result = await build(buildOptions(scripts, [guestModules()]));
  } catch (error) {
    throw await scriptError(error, scripts);
  }
  const inputs = inputPaths(result, scripts);
  const faults = await missingHandlers(result, scripts);
  if (faults.length > 0) throw new ScriptError(faults, inputs);
  const output = bundleText(result, ".js");
  if (output.length > BUNDLE_LIMIT) {
    const message = `the compiled scripts have ${output.length} characters, the limit is ${BUNDLE_LIMIT}`;
    throw new ScriptError([{ file: scripts[0]!, line: 1, column: 1, message }], inputs);
  }
  const compiled = { site: site.name, version, code: output, sourceMap: bundleText(result, ".map"), inputs };
  if (options.returns !== true) return compiled;
  const { instrumentReturns } = await loadInstrumentation();
  return { ...compiled, ...instrumentReturns(compiled.code, compiled.sourceMap) };
}

type SiteBuild = BuildResult<SiteOptions>;
type SiteOptions = BuildOptions & { write: false; metafile: true };

function buildOptions(scripts: readonly string[], plugins: Plugin[]): SiteOptions {
  return {
    stdin: { contents: entryText(scripts), sourcefile: ENTRY, resolveDir: "/", loader: "js" },
    // Paths in messages, the metafile and the source map are relative to these two.
    absWorkingDir: "/",
    outfile: "/bundle.js",
    bundle: true,
    write: false,
    metafile: true,
    format: "cjs",
    // Modules are strict by definition, but esbuild doesn't say so in a CommonJS bundle.
    banner: { js: '"use strict";' },
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser", "module"],
    target: "es2024",
    charset: "utf8",
    legalComments: "none",
    sourcemap: "external",
    sourcesContent: true,
    loader: { ".txt": "text", ".html": "text", ".css": "text", ".svg": "text", ".md": "text" },
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    logLevel: "silent",
    logLimit: FAULT_LIMIT,
    plugins,
  };
}

/**
 * The generated module. The two expressions of each line do nothing but make esbuild warn
 * (`import-is-undefined`, at that line) of what the script doesn't export; it leaves them out of the bundle.
 */
function entryText(scripts: readonly string[]): string {
  let text = "";
  scripts.forEach((path, i) => {
    text += `import * as s${i} from ${JSON.stringify(path)}; s${i}.default; s${i}.onResponse;\n`;
  });
  return `${text}export const scripts = [${scripts.map((_, i) => `s${i}`).join(", ")}];\n`;
}

/** Leaves the guest's own modules to `require`, finds plugins, and names them all when one does not exist. */
function guestModules(): Plugin {
  return {
    name: "lodestone-guest-modules",
    setup({ onResolve }) {
      onResolve({ filter: /^lodestone(\/|$)/ }, ({ path }) => {
        if (GUEST_MODULES.includes(path)) return { path, external: true };
        const plugin = pluginFile(path);
        return plugin === undefined ? { errors: [{ text: unknownModuleMessage(path) }] } : { path: plugin };
      });
    },
  };
}

async function missingHandlers(result: SiteBuild, scripts: readonly string[]): Promise<Fault[]> {
  const missing = scripts.map(() => 0);
  for (const { id, location } of result.warnings) {
    if (id === "import-is-undefined" && location?.file === ENTRY) missing[location.line - 1]!++;
  }
  const { inputs } = result.metafile;
  const faults: Fault[] = [];
  for (const [i, file] of scripts.entries()) {
    // A file that neither imports nor exports might be CommonJS to esbuild, which then doesn't warn.
    const isBare = inputs[inputs[ENTRY]!.imports[i]!.path]?.format === undefined;
    if (missing[i]! < 2 && !isBare) continue;
    const message =
      "a script must export a handler: `export default (request) => ...` or `export const onResponse`";
    const excerpt = await firstLine(file);
    faults.push({ file, line: 1, column: 1, message, ...(excerpt === undefined ? {} : { excerpt }) });
  }
  return faults;
}

async function firstLine(file: string): Promise<string | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text?.split(/\r?\n/, 1)[0];
}

function bundleText(result: SiteBuild, ending: string): string {
  return result.outputFiles.find(({ path }) => path.endsWith(ending))!.text;
}

/** The scripts by the names they were given, which may be symbolic links, and every file read. */
function inputPaths(result: SiteBuild, scripts: readonly string[]): string[] {
  const read = Object.keys(result.metafile.inputs).filter((path) => path !== ENTRY);
  return [...new Set([...scripts, ...read.map((path) => resolve("/", path))])];
}

async function scriptError(error: unknown, scripts: readonly string[]): Promise<unknown> {
  if (!isBuildFailure(error)) return error;
  const faults = error.errors.map((message) => faultFromMessage(message, ENTRY, scripts));
  const inputs = new Set([...scripts, ...(await readInputs(scripts))]);
  for (const message of error.errors) {
    const module = unresolvedModule(message);
    if (module?.startsWith(".") && message.location !== null) {
      inputs.add(resolve("/", dirname(message.location.file), module));
    }
  }
  return new ScriptError(faults, [...inputs]);
}

function isBuildFailure(error: unknown): error is { errors: Message[] } {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

/** The files a failing build reads. esbuild doesn't tell, so it is run again with someone to write them down. */
async function readInputs(scripts: readonly string[]): Promise<Set<string>> {
  const paths = new Set<string>();
  const record: Plugin = {
    name: "lodestone-record-inputs",
    setup({ onLoad }) {
      onLoad({ filter: /.*/ }, ({ path }) => {
        paths.add(path);
        return undefined;
      });
    },
  };
  await build(buildOptions(scripts, [guestModules(), record])).catch(() => undefined);
  return paths;
}
