import { readFileSync } from "node:fs";
import type { CompiledSite } from "./compiled_site.ts";
import type { ScriptError } from "./script_error.ts";

/** Stands for a version that does not compile: nothing to run, but what is wrong with it, with the sources. */
export function brokenSite(site: string, version: number, error: ScriptError): CompiledSite {
  const sources = new Map<string, string | undefined>();
  for (const { file } of error.faults) if (!sources.has(file)) sources.set(file, read(file));
  const broken = error.faults.map((fault) => ({ fault, source: sources.get(fault.file) }));
  return { site, version, code: "", sourceMap: "", inputs: error.inputs, broken };
}

/** Undefined when the file cannot be read, which may be the fault. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
