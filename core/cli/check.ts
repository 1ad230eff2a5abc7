import { type Fault, formatFault } from "../config/fault.ts";
import { EXIT_FAULT, EXIT_FINE } from "./exit_code.ts";
import { loadSelected } from "./load_selected.ts";

/** `lodestone check`: resolves with the exit code. Nothing is started, no script runs. Throws UsageError. */
export async function check(file: string | undefined): Promise<number> {
  const loaded = await loadSelected(file, {});
  if ("exitCode" in loaded) return loaded.exitCode;
  const { sites } = loaded.config;
  const { compileSite } = await import("../script/compile_site.ts");
  const faults = new Set<string>();
  for (const site of sites) {
    try {
      await compileSite(site, 1);
    } catch (error) {
      for (const fault of scriptFaults(error)) faults.add(formatFault(fault));
    }
  }
  if (faults.size > 0) {
    process.stderr.write(`${[...faults].join("\n")}\n`);
    return EXIT_FAULT;
  }
  const scripts = new Set(sites.flatMap((site) => site.scripts)).size;
  process.stdout.write(
    `${loaded.file}: fine (${count(sites.length, "site")}, ${count(scripts, "script")})\n`,
  );
  return EXIT_FINE;
}

/** The faults that a ScriptError carries. */
function scriptFaults(error: unknown): readonly Fault[] {
  if (error instanceof Error && "faults" in error && Array.isArray(error.faults)) return error.faults;
  throw error;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
