import { TEXT_LIMIT } from "../language/bounded_text.ts";
import {
  getOwnPropertyDescriptor,
  indexOf,
  isArray,
  jsonStringify,
  push,
  slice,
} from "../language/primordials.ts";

const LONGEST = 8192;
/** Of a cause or an inner error. */
const LONGEST_BEHIND = 2048;
/** Of these set apart for the frames: a long message must not hide where it comes from. */
const FRAMES = 2048;
/** Causes of causes that are shown. */
const DEPTH = 5;
/** Errors shown of an AggregateError. */
const INNER = 5;
/** Characters of all causes and inner errors together. */
const SPACE = 7000;

interface Walk {
  /** Errors shown so far: a cycle ends. */
  readonly seen: object[];
  space: number;
}

/**
 * What was thrown, as text for the log: the stack of an error with those of its causes (`[cause]: `) and of an
 * AggregateError's own (`[errors][0]: `), a description of anything else. Bounded in depth and length. Thrown values
 * are hostile: getters may throw, stacks may be huge.
 */
export function errorText(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return `thrown: ${bounded(described(thrown), LONGEST)}`;
    return shownError(thrown);
  } catch {
    return "thrown: a value that cannot be shown";
  }
}

/** The same of an error. Throws what its getters throw. */
export function shownError(error: Error): string {
  return bounded(stackOf(error), LONGEST) + textBehind(error, { seen: [error], space: SPACE }, 0);
}

function stackOf(error: Error): string {
  const { stack }: { stack?: unknown } = error;
  return typeof stack === "string" && stack !== "" ? stack : `${error.name}: ${error.message}`;
}

function described(value: unknown): string {
  if (typeof value === "string") return value.length > LONGEST ? value : jsonStringify(value);
  return typeof value === "object" ? jsonStringify(value) : String(value);
}

/** What is behind an error; empty when nothing is, or it cannot be read. */
function textBehind(error: Error, walk: Walk, depth: number): string {
  try {
    let text = "";
    const cause = getOwnPropertyDescriptor(error, "cause");
    if (cause !== undefined && "value" in cause) text += behind("\n[cause]: ", cause.value, walk, depth);
    const errors: unknown = getOwnPropertyDescriptor(error, "errors")?.value;
    if (!isArray(errors)) return text;
    for (let i = 0; i < errors.length; i++) {
      if (i === INNER) return `${text}\n[errors]: ${errors.length - INNER} more`;
      const inner: unknown = getOwnPropertyDescriptor(errors, i)?.value;
      text += behind(`\n[errors][${i}]: `, inner, walk, depth);
    }
    return text;
  } catch {
    return "";
  }
}

function behind(label: string, value: unknown, walk: Walk, depth: number): string {
  if (depth === DEPTH || walk.space <= 0) return `${label}...`;
  const isError = value instanceof Error;
  if (isError) {
    for (let i = 0; i < walk.seen.length; i++) if (walk.seen[i] === value) return `${label}[Circular]`;
    push(walk.seen, value);
  }
  const text = label + bounded(isError ? stackOf(value) : described(value), LONGEST_BEHIND);
  walk.space -= text.length;
  return isError ? text + textBehind(value, walk, depth + 1) : text;
}

function bounded(text: unknown, longest: number): string {
  if (typeof text !== "string") return "a value that cannot be shown";
  // Even a slice would put the whole of it into memory.
  if (text.length > TEXT_LIMIT) return `an error of ${text.length} characters`;
  if (text.length <= longest) return text;
  const frames = longest < LONGEST ? longest / 2 : FRAMES;
  const end = slice(text, -frames);
  const first = indexOf(end, "\n    at ");
  if (first === -1) return slice(text, 0, longest);
  return `${slice(text, 0, longest - frames)}...${slice(end, first)}`;
}
