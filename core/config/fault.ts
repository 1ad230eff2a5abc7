/** One mistake in a file its author can put right: a configuration, a script. */
export interface Fault {
  /** Path as the reader should see it. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number;
  /** What is wrong, which rule it breaks and the value found; one sentence without a full stop. */
  readonly message: string;
  /** The whole source line, without its line break. */
  readonly excerpt?: string;
}

/** Longest piece of a source line that is shown; a minified script is one line of many kilobytes. */
const EXCERPT_WIDTH = 160;

/**
 * The fault as shown on a terminal: `file:line:column: message`, then the source line, then a caret under the
 * column. Tabs before the column are repeated above the caret, so that both lines are indented alike whatever
 * the width of a tab. Control characters are replaced: a file must not be able to drive the terminal.
 */
export function formatFault(fault: Fault): string {
  const title = `${fault.file}:${fault.line}:${fault.column}: ${printable(fault.message)}`;
  if (fault.excerpt === undefined) return title;
  const source = fault.excerpt;
  const column = Math.min(Math.max(fault.column - 1, 0), source.length);
  let start = column > EXCERPT_WIDTH - 40 ? column - (EXCERPT_WIDTH - 40) : 0;
  if (isLowSurrogate(source, start)) start++;
  let end = Math.min(source.length, start + EXCERPT_WIDTH);
  if (isLowSurrogate(source, end)) end--;
  const head = start > 0 ? "…" : "";
  const tail = end < source.length ? "…" : "";
  const indent = head + printable(source.slice(start, column));
  const shown = head + printable(source.slice(start, end)).trimEnd() + tail;
  return `${title}\n  ${shown}\n  ${indent.replace(/[^\t]/gu, " ")}^`;
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Text without what could drive a terminal or turn its direction. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}
