import type { OptionError } from "../config/command_line_config.ts";
import type { Config } from "../config/config.ts";
import type { ConfigError } from "../config/config_error.ts";
import { EXIT_FAULT, EXIT_USAGE } from "./exit_code.ts";
import {
  describeMissingDefault,
  describeOptionError,
  type ScriptOptions,
  selectConfig,
} from "./select_config.ts";

/** A configuration ready to be used, or the exit code after everything wrong with it was told on standard error. */
export type LoadResult = { readonly config: Config; readonly file: string } | { readonly exitCode: number };

/** Finds and loads what a command was pointed at. Throws UsageError. */
export async function loadSelected(file: string | undefined, options: ScriptOptions): Promise<LoadResult> {
  const selection = selectConfig(file, options, process.env);
  if (selection === undefined) {
    process.stderr.write(describeMissingDefault());
    return { exitCode: EXIT_FAULT };
  }
  try {
    return { config: await selection.load(), file: selection.file };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // By name: their modules are only loaded when they are needed.
    if (error.name === "ConfigError") {
      process.stderr.write(`${(error as ConfigError).message}\n`);
      return { exitCode: EXIT_FAULT };
    }
    if (error.name === "OptionError") return { exitCode: tellOptionError(error as OptionError, options) };
    throw error;
  }
}

/** A file that is missing is a fault, as it is in a configuration; a value that is none is wrong usage. */
function tellOptionError(error: OptionError, options: ScriptOptions): number {
  process.stderr.write(describeOptionError(error, options));
  const faultsOnly = error.problems.every(({ option }) => option === "script" || option === "root");
  return faultsOnly ? EXIT_FAULT : EXIT_USAGE;
}
