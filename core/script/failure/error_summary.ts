import type { Fault } from "../../config/fault.ts";

/** Characters of what was thrown. A log entry's message is for searching, and for reading among others. */
const LIMIT = 500;

const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/**
 * What was thrown and where, on one line: the first line of its `stack`, at most 500 characters of it, and the place
 * in the source. Empty when neither is known. `stack` is of a script's making.
 */
export function errorSummary(stack: string, place: Fault | undefined): string {
  const text = printable(firstLine(stack), LIMIT);
  if (place === undefined) return text;
  const at = `(${printable(place.file, Infinity)}:${place.line}:${place.column})`;
  return text === "" ? at : `${text} ${at}`;
}

/** Without the place in the bundle that V8 appends to a syntax error. */
function firstLine(stack: string): string {
  // Enough to tell that there is more than the limit, and little of what may be megabytes.
  const line = stack.slice(0, 2 * LIMIT).split("\n", 1)[0]!;
  if (line.startsWith("    at ")) return "";
  return line.replace(/ \[lodestone:\S*\]$/, "").trim();
}

/** With control characters escaped; cut between characters. */
function printable(text: string, limit: number): string {
  let shown = "";
  for (const character of text) {
    const escaped = CONTROL.test(character) ? codeUnit(character) : character;
    if (shown.length + escaped.length > limit) return `${shown}...`;
    shown += escaped;
  }
  return shown;
}

function codeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
