import { isBuiltin } from "node:module";
import { resolve } from "node:path";
import type { Message } from "esbuild";
import { type Fault, formatFault } from "../../config/fault.ts";
import { nodeModuleMessage } from "./guest_modules.ts";

/** A site's scripts do not compile. The message shows every fault with its source line. */
export class ScriptError extends Error {
  readonly faults: readonly Fault[];
  /**
   * Absolute paths to watch for the correction: every file that was read, and the ones that were imported but
   * do not exist.
   */
  readonly inputs: readonly string[];

  constructor(faults: readonly Fault[], inputs: readonly string[]) {
    super(faults.map(formatFault).join("\n"));
    this.name = "ScriptError";
    this.faults = faults;
    this.inputs = inputs;
  }
}

const UNRESOLVED = /^Could not resolve "(.*)"$/s;

/** The module a message says was not found, as written in the import. */
export function unresolvedModule(message: Message): string | undefined {
  return UNRESOLVED.exec(message.text)?.[1];
}

/**
 * A fault from an esbuild message of a build whose working directory is `/` and whose generated module
 * `entry` imports one script a line: what esbuild finds wrong there is that the script of that line cannot be
 * read. Messages without a place are put at the first script.
 */
export function faultFromMessage(message: Message, entry: string, scripts: readonly string[]): Fault {
  const location = message.location;
  if (location === null) return { file: scripts[0]!, line: 1, column: 1, message: explain(message) };
  if (location.file === entry) {
    const file = scripts[location.line - 1] ?? scripts[0]!;
    const text = unresolvedModule(message) === file ? "no such file" : explain(message);
    return { file, line: 1, column: 1, message: `the script cannot be read: ${text}` };
  }
  return {
    file: resolve("/", location.file),
    line: location.line,
    column: columnInCodeUnits(location.lineText, location.column) + 1,
    message: explain(message),
    excerpt: location.lineText,
  };
}

/** esbuild counts bytes of UTF-8. */
function columnInCodeUnits(line: string, bytes: number): number {
  return Buffer.from(line).subarray(0, bytes).toString().length;
}

function explain(message: Message): string {
  const module = unresolvedModule(message);
  if (module !== undefined) {
    if (isBuiltin(module)) return nodeModuleMessage(module);
    return `could not resolve "${module}": no such file or installed package`;
  }
  if (message.text.startsWith("Top-level await")) {
    return "top-level await is not possible: a script is loaded in one go; await inside the handler instead";
  }
  return message.text.replace(/\.$/, "");
}
