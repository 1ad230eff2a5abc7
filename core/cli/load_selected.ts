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
  try {
    return await readSelected(file, options);
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return { exitCode: error.exitCode };
  }
}

/** What a command was pointed at cannot be used; the message is for standard error. */
export class SelectionError extends Error {
  override readonly name = "SelectionError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message.trimEnd());
    this.exitCode = exitCode;
  }
}

/** The same, but what is wrong is thrown and not told. Throws SelectionError or UsageError. */
export async function readSelected(
  file: string | undefined,
  options: ScriptOptions,
): Promise<{ readonly config: Config; readonly file: string }> {
  const selection = selectConfig(file, options, process.env);
  if (selection === undefined) throw new SelectionError(describeMissingDefault(), EXIT_FAULT);
  try {
    return { config: await selection.load(), file: selection.file };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // By name: their modules are only loaded when they are needed.
    if (error.name === "ConfigError") throw new SelectionError((error as ConfigError).message, EXIT_FAULT);
    if (error.name === "OptionError") throw optionSelectionError(error as OptionError, options);
    throw error;
  }
}

/** A file that is missing is a fault, as it is in a configuration; a value that is none is wrong usage. */
function optionSelectionError(error: OptionError, options: ScriptOptions): SelectionError {
  const faultsOnly = error.problems.every(({ option }) => option === "script" || option === "root");
  return new SelectionError(describeOptionError(error, options), faultsOnly ? EXIT_FAULT : EXIT_USAGE);
}
