import type { SiteConfig } from "../config/config.ts";
import { configDoubts } from "../config/config_doubts.ts";
import { type Fault, formatFault } from "../config/fault.ts";
import { EXIT_FAULT, EXIT_FINE } from "./exit_code.ts";
import { loadSelected } from "./load_selected.ts";

export interface CheckOptions {
  /** False leaves the types unchecked. */
  readonly types: boolean;
}

/** `lodestone check`: resolves with the exit code. Nothing is started, no script runs. Throws UsageError. */
export async function check(file: string | undefined, options: CheckOptions): Promise<number> {
  const loaded = await loadSelected(file, {});
  if ("exitCode" in loaded) return loaded.exitCode;
  const { sites } = loaded.config;
  const scripts = new Set(sites.flatMap((site) => site.scripts));
  const [compiling, types] = await Promise.all([
    compileFaults(sites),
    options.types && scripts.size > 0 ? checkTypes([...scripts]) : [],
  ]);
  // In a file that does not even compile the compilers say the same twice.
  const broken = new Set(compiling.map((fault) => fault.file));
  const faults = [...compiling, ...types.filter((fault) => !broken.has(fault.file))];
  if (faults.length > 0) {
    const texts = new Set(faults.map(formatFault));
    const files = new Set(faults.map((fault) => fault.file));
    process.stderr.write(`${[...texts].join("\n")}\n`);
    process.stderr.write(`${count(texts.size, "fault")} in ${count(files.size, "file")}\n`);
    return EXIT_FAULT;
  }
  for (const doubt of configDoubts(loaded.config)) process.stderr.write(`warning: ${doubt}\n`);
  process.stdout.write(
    `${loaded.file}: fine (${count(sites.length, "site")}, ${count(scripts.size, "script")})\n`,
  );
  return EXIT_FINE;
}

async function compileFaults(sites: readonly SiteConfig[]): Promise<Fault[]> {
  const { compileSite } = await import("../script/compile/compile_site.ts");
  const faults: Fault[] = [];
  for (const site of sites) {
    try {
      await compileSite(site, 1);
    } catch (error) {
      faults.push(...scriptFaults(error));
    }
  }
  return faults;
}

/** Without a compiler the rest of the check is still worth something; the reader is told. */
async function checkTypes(scripts: readonly string[]): Promise<Fault[]> {
  const { TypeCheckError, typeFaults } = await import("./type_check.ts");
  try {
    return await typeFaults(scripts);
  } catch (error) {
    if (!(error instanceof TypeCheckError)) throw error;
    if (!error.isMissing) return [{ file: scripts[0]!, line: 1, column: 1, message: error.message }];
    process.stderr.write(`lodestone: types are not checked: ${error.message}\n`);
    return [];
  }
}

/** The faults that a ScriptError carries. */
function scriptFaults(error: unknown): readonly Fault[] {
  if (error instanceof Error && "faults" in error && Array.isArray(error.faults)) return error.faults;
  throw error;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
