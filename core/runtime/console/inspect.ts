import {
  charCodeAt,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  indexOf,
  isArray,
  jsonStringify,
  mapForEach,
  mapSize,
  min,
  ownKeys,
  push,
  reflectApply,
  setForEach,
  setSize,
  slice,
  typedArrayLength,
  typedArrayName,
} from "../language/primordials.ts";
import { shownError } from "./error_text.ts";
import { inspectSymbol } from "./inspect_symbol.ts";

/** Bounds of what is shown. A log line is for reading; a script can build objects of any size and shape. */
const DEPTH = 4;
const ITEMS = 50;
const TEXT = 4_000;
const TOTAL = 16_000;

const dateToISO = Date.prototype.toISOString;
const { isFinite: isFiniteNumber } = Number;
const dateToNumber = Date.prototype.getTime;
const regExpToString = RegExp.prototype.toString;
const functionToString = Function.prototype.toString;
const symbolToString = Symbol.prototype.toString;

interface Walk {
  /** Objects the walk is inside of. */
  readonly path: object[];
  /** Characters written so far; the walk is cut short at `TOTAL`. */
  written: number;
}

/**
 * A value as text, for the log: on one line, bounded in depth and length. Getters are not called; a proxy's
 * traps are, being part of the script. Never throws.
 */
export function inspect(value: unknown): string {
  try {
    return show(value, { path: [], written: 0 });
  } catch {
    return "[value that cannot be shown]";
  }
}

function show(value: unknown, walk: Walk): string {
  const text = typeof value === "object" && value !== null ? showObject(value, walk) : showPrimitive(value);
  walk.written += text.length;
  return text;
}

function showPrimitive(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > TEXT
        ? `${jsonStringify(slice(value, 0, TEXT))}... ${value.length - TEXT} more characters`
        : jsonStringify(value);
    case "bigint":
      return `${value}n`;
    case "symbol":
      return reflectApply(symbolToString, value, []);
    case "function":
      return showFunction(value);
    case "number":
      return value === 0 && 1 / value < 0 ? "-0" : `${value}`;
    default:
      return `${value as boolean | null | undefined}`;
  }
}

function showFunction(value: object): string {
  const name = dataProperty(value, "name");
  const kind = indexOf(reflectApply(functionToString, value, []), "class") === 0 ? "class" : "Function";
  return `[${kind}${typeof name === "string" && name !== "" ? `: ${name}` : " (anonymous)"}]`;
}

function showObject(value: object, walk: Walk): string {
  for (let i = 0; i < walk.path.length; i++) if (walk.path[i] === value) return "[Circular]";
  if (walk.written > TOTAL) return "...";
  const special = showSpecial(value);
  if (special !== undefined) return special;
  if (walk.path.length >= DEPTH) return isArray(value) ? "[Array]" : `[${className(value) || "Object"}]`;
  push(walk.path, value);
  const text = showContents(value, walk);
  walk.path.length--;
  return text;
}

function showContents(value: object, walk: Walk): string {
  if (isArray(value)) return showArray(value, walk);
  if (typedArrayName(value) !== undefined) return showTypedArray(value);
  if (value instanceof Map) return showMap(value, walk);
  if (value instanceof Set) return showSet(value, walk);
  return showProperties(value, walk);
}

/** What is better shown as its own text. */
function showSpecial(value: object): string | undefined {
  if (value instanceof Error) return shownError(value);
  if (value instanceof Date) {
    const time = reflectApply(dateToNumber, value, []);
    return isFiniteNumber(time) ? reflectApply(dateToISO, value, []) : "Invalid Date";
  }
  if (value instanceof RegExp) return reflectApply(regExpToString, value, []);
  return undefined;
}

function showArray(value: readonly unknown[], walk: Walk): string {
  const parts: string[] = [];
  const shown = min(value.length, ITEMS);
  for (let i = 0; i < shown; i++) push(parts, hasOwn(value, i) ? showProperty(value, i, walk) : "<empty>");
  return bracket("[", parts, value.length - shown, "]");
}

function showTypedArray(value: object): string {
  const parts: string[] = [];
  const length = typedArrayLength(value);
  const shown = min(length, ITEMS);
  for (let i = 0; i < shown; i++) push(parts, `${(value as ArrayLike<number>)[i]}`);
  return `${typedArrayName(value)}(${length}) ${bracket("[", parts, length - shown, "]")}`;
}

function showMap(value: Map<unknown, unknown>, walk: Walk): string {
  const parts: string[] = [];
  mapForEach(value, (item, key) => {
    if (parts.length < ITEMS) push(parts, `${show(key, walk)} => ${show(item, walk)}`);
  });
  const size = mapSize(value);
  return `Map(${size}) ${bracket("{", parts, size - parts.length, "}")}`;
}

function showSet(value: Set<unknown>, walk: Walk): string {
  const parts: string[] = [];
  setForEach(value, (item) => {
    if (parts.length < ITEMS) push(parts, show(item, walk));
  });
  const size = setSize(value);
  return `Set(${size}) ${bracket("{", parts, size - parts.length, "}")}`;
}

function showProperties(value: object, walk: Walk): string {
  const name = className(value);
  const inner = ownView(value);
  if (typeof inner === "string") return inner;
  const parts: string[] = [];
  let hidden = 0;
  const keys = ownKeys(inner);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (parts.length >= ITEMS || walk.written > TOTAL) {
      hidden = keys.length - i;
      break;
    }
    if (getOwnPropertyDescriptor(inner, key)?.enumerable !== true) continue;
    push(parts, `${keyText(key)}: ${showProperty(inner, key, walk)}`);
  }
  return prefix(value, name) + bracket("{", parts, hidden, "}");
}

function prefix(value: object, name: string): string {
  if (getPrototypeOf(value) === null) return "[Object: null prototype] ";
  return name === "" || name === "Object" ? "" : `${name} `;
}

/** The object itself, or what one of the runtime's classes shows in its stead. */
function ownView(value: object): object | string {
  const view: unknown = inherited(value, inspectSymbol);
  return typeof view === "function" ? (reflectApply(view, value, []) as object | string) : value;
}

function showProperty(value: object, key: PropertyKey, walk: Walk): string {
  const descriptor = getOwnPropertyDescriptor(value, key);
  if (descriptor === undefined) return "undefined";
  if (hasOwn(descriptor, "value")) return show(descriptor.value, walk);
  if (descriptor.get === undefined) return "[Setter]";
  return descriptor.set === undefined ? "[Getter]" : "[Getter/Setter]";
}

function keyText(key: PropertyKey): string {
  if (typeof key === "symbol") return `[${reflectApply(symbolToString, key, [])}]`;
  return isName(`${key}`) ? `${key}` : jsonStringify(`${key}`);
}

function isName(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i) | 0x20;
    const isLetter = (code >= 0x61 && code <= 0x7a) || text[i] === "_" || text[i] === "$";
    const isDigit = text[i]! >= "0" && text[i]! <= "9";
    if (!isLetter && !(isDigit && i > 0)) return false;
  }
  return text !== "";
}

/** Name of the class, "" without one; found without calling a getter. */
function className(value: object): string {
  const owner: unknown = inherited(value, "constructor");
  const name = typeof owner === "function" ? dataProperty(owner, "name") : undefined;
  return typeof name === "string" ? slice(name, 0, 100) : "";
}

/** A data property of the object or the nearest prototype that has it. */
function inherited(value: object, key: PropertyKey): unknown {
  let holder: object | null = value;
  for (let i = 0; i < 20 && holder !== null; i++) {
    if (hasOwn(holder, key)) return dataProperty(holder, key);
    holder = getPrototypeOf(holder);
  }
  return undefined;
}

function dataProperty(value: object, key: PropertyKey): unknown {
  return getOwnPropertyDescriptor(value, key)?.value;
}

function bracket(open: string, parts: readonly string[], hidden: number, close: string): string {
  const padding = open === "{" ? " " : "";
  let text = open;
  for (let i = 0; i < parts.length; i++) text += (i === 0 ? padding : ", ") + parts[i];
  if (hidden > 0) text += `${parts.length === 0 ? padding : ", "}... ${hidden} more`;
  return text === open ? open + close : text + padding + close;
}
