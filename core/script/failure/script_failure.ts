import type { Fault } from "../../config/fault.ts";

/** How the scripts have failed, for their author's eyes: the log and, when `dev` is on, the browser. */
export interface ScriptFailure {
  /** What was thrown, on one line; empty when it is not known. */
  readonly thrown: string;
  /** Where in the source; several when scripts do not compile. */
  readonly places: readonly SourcePlace[];
  /** With positions in the source; empty when there is none. */
  readonly stack: string;
}

export interface SourcePlace {
  readonly fault: Fault;
  /** The whole source of that file; undefined when it is not at hand. */
  readonly source: string | undefined;
}

/** Some lines of a source. */
export interface SourceLines {
  /** Number of the first one, counted from 1. */
  readonly first: number;
  readonly lines: readonly string[];
}

/** Lines shown before a place and behind it. */
const CONTEXT = 4;

/** The lines around a line, counted from 1; undefined when the source has no such line. */
export function linesAround(source: string, line: number): SourceLines | undefined {
  const lines = source.split(/\r\n|[\n\r\u2028\u2029]/);
  if (line < 1 || line > lines.length) return undefined;
  const first = Math.max(1, line - CONTEXT);
  const last = Math.min(lines.length, line + CONTEXT);
  // A line break at the end of a file begins no line.
  const end = last === lines.length && lines[last - 1] === "" && last > line ? last - 1 : last;
  return { first, lines: lines.slice(first - 1, end) };
}

const BEHIND = /^\[(?:cause|errors)\]/;

/** The lines of a stack from its first frame, or from the first error behind it. */
export function framesOf(stack: string): string[] {
  const lines = stack.split("\n");
  const first = lines.findIndex((line) => line.startsWith("    at ") || BEHIND.test(line));
  return first === -1 ? [] : lines.slice(first);
}
