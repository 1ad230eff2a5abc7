import { inspectSymbol } from "../console/inspect_symbol.ts";
import {
  getOwnPropertyDescriptor,
  isArray,
  ownKeys,
  push,
  reflectApply,
  sort,
  toLowerCase,
} from "../language/primordials.ts";
import { defineHidden, finishClass } from "../language/web_idl.ts";
import { PairIterator, type PairKind } from "../url/pair_iterator.ts";
import { findField, formatFields, parseFields, toFieldName, toFieldValue } from "./header_syntax.ts";

export type HeadersInit = Headers | Iterable<readonly [string, string]> | Record<string, string>;

/** Fields looked up before the text is taken apart; each look costs about a third of that. */
const LOOKS = 2;

let fromText: (block: string) => Headers;
let toText: (headers: Headers) => string;
let isChanged: (headers: Headers) => boolean;
let makeImmutable: (headers: Headers) => void;

/**
 * The Headers class of the Fetch standard. A message's field block is kept as text until a script asks for a
 * field, and goes back as that text unless a script changed it. Names keep the case they came in.
 */
export class Headers {
  /** Lines of `Name: value\r\n`; undefined once changed. */
  #text: string | undefined = "";
  /** Name, lower-case name, value, name, ...; undefined until needed. */
  #fields: string[] | undefined;
  /** What iteration gives: sorted, combined; undefined after a change. */
  #pairs: string[] | undefined;
  /** Fields looked up in the text so far. */
  #looks = 0;
  #changed = false;
  #immutable = false;

  constructor(init?: HeadersInit) {
    if (init !== undefined) this.#fill(init);
  }

  append(name: string, value: string): void {
    this.#append(name, value, "Headers.append");
  }

  delete(name: string): void {
    const lower = toLowerCase(toFieldName(name, "Headers.delete"));
    this.#assertMutable("delete");
    const fields = this.#parsed();
    let kept = 0;
    for (let i = 0; i < fields.length; i += 3) {
      if (fields[i + 1] === lower) continue;
      fields[kept] = fields[i]!;
      fields[kept + 1] = fields[i + 1]!;
      fields[kept + 2] = fields[i + 2]!;
      kept += 3;
    }
    if (kept === fields.length) return;
    fields.length = kept;
    this.#touch();
  }

  get(name: string): string | null {
    const lower = toLowerCase(toFieldName(name, "Headers.get"));
    if (this.#fields === undefined && ++this.#looks <= LOOKS) return findField(this.#text!, lower);
    const fields = this.#parsed();
    let value: string | null = null;
    for (let i = 1; i < fields.length; i += 3) {
      if (fields[i] === lower) value = value === null ? fields[i + 1]! : `${value}, ${fields[i + 1]}`;
    }
    return value;
  }

  getSetCookie(): string[] {
    const fields = this.#parsed();
    const values: string[] = [];
    for (let i = 1; i < fields.length; i += 3) {
      if (fields[i] === "set-cookie") push(values, fields[i + 1]!);
    }
    return values;
  }

  has(name: string): boolean {
    const lower = toLowerCase(toFieldName(name, "Headers.has"));
    if (this.#fields === undefined && ++this.#looks <= LOOKS) return findField(this.#text!, lower) !== null;
    const fields = this.#parsed();
    for (let i = 1; i < fields.length; i += 3) if (fields[i] === lower) return true;
    return false;
  }

  set(name: string, value: string): void {
    const validName = toFieldName(name, "Headers.set");
    const validValue = toFieldValue(value, "Headers.set");
    this.#assertMutable("set");
    const lower = toLowerCase(validName);
    const fields = this.#parsed();
    let kept = 0;
    let found = false;
    for (let i = 0; i < fields.length; i += 3) {
      const same = fields[i + 1] === lower;
      if (same && found) continue;
      fields[kept] = fields[i]!;
      fields[kept + 1] = fields[i + 1]!;
      fields[kept + 2] = same ? validValue : fields[i + 2]!;
      kept += 3;
      found ||= same;
    }
    fields.length = kept;
    if (!found) pushField(fields, validName, lower, validValue);
    this.#touch();
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, thisArgument?: unknown): void {
    if (typeof callback !== "function")
      throw new TypeError("Headers.forEach: the callback is not a function");
    for (let i = 0; i < this.#sorted().length; i += 2) {
      const pairs = this.#sorted();
      reflectApply(callback, thisArgument, [pairs[i + 1]!, pairs[i]!, this]);
    }
  }

  keys(): PairIterator<string> {
    return this.#iterate("keys");
  }

  values(): PairIterator<string> {
    return this.#iterate("values");
  }

  entries(): PairIterator<[string, string]> {
    return this.#iterate("entries");
  }

  declare [Symbol.iterator]: () => PairIterator<[string, string]>;

  [inspectSymbol](): Record<string, string> {
    const pairs = this.#sorted();
    const view: Record<string, string> = {};
    for (let i = 0; i < pairs.length; i += 2) view[pairs[i]!] = pairs[i + 1]!;
    return view;
  }

  #iterate<T>(kind: PairKind): PairIterator<T> {
    return new PairIterator<T>(() => this.#sorted(), kind);
  }

  #fill(init: unknown): void {
    if (init === null || (typeof init !== "object" && typeof init !== "function")) {
      throw new TypeError("new Headers(): the argument must be an object or an iterable of pairs");
    }
    if (#text in init) {
      this.#text = init.#text;
      this.#fields = init.#text === undefined ? copyOf(init.#fields!) : undefined;
      this.#changed = true;
      return;
    }
    if ((init as Partial<Iterable<unknown>>)[Symbol.iterator] != null)
      this.#fillFromPairs(init as Iterable<unknown>);
    else this.#fillFromRecord(init as Record<string, unknown>);
  }

  #fillFromPairs(init: Iterable<unknown>): void {
    for (const pair of init) {
      if (pair === null || typeof pair !== "object")
        throw new TypeError("new Headers(): each pair must be an iterable");
      const items = isArray(pair) ? pair : [...(pair as Iterable<unknown>)];
      if (items.length !== 2) throw new TypeError(`new Headers(): a pair has 2 items, not ${items.length}`);
      this.#append(items[0], items[1], "new Headers()");
    }
  }

  #fillFromRecord(init: Record<PropertyKey, unknown>): void {
    const keys = ownKeys(init);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (getOwnPropertyDescriptor(init, key)?.enumerable !== true) continue;
      this.#append(key, init[key], "new Headers()");
    }
  }

  #append(name: unknown, value: unknown, method: string): void {
    const validName = toFieldName(name, method);
    const validValue = toFieldValue(value, method);
    this.#assertMutable("append");
    pushField(this.#parsed(), validName, toLowerCase(validName), validValue);
    this.#touch();
  }

  #assertMutable(method: string): void {
    if (this.#immutable) throw new TypeError(`Headers.${method}: these headers are immutable`);
  }

  #touch(): void {
    this.#text = undefined;
    this.#pairs = undefined;
    this.#changed = true;
  }

  #parsed(): string[] {
    this.#fields ??= parseFields(this.#text!);
    return this.#fields;
  }

  #sorted(): string[] {
    this.#pairs ??= sortAndCombine(this.#parsed());
    return this.#pairs;
  }

  static {
    fromText = (block) => {
      const headers = new Headers();
      headers.#text = block;
      return headers;
    };
    toText = (headers) => {
      headers.#text ??= formatFields(headers.#fields!);
      return headers.#text;
    };
    isChanged = (headers) => headers.#changed;
    makeImmutable = (headers) => {
      headers.#immutable = true;
    };
  }
}

defineHidden(Headers.prototype, Symbol.iterator, Headers.prototype.entries);
finishClass(Headers, "Headers", [
  "append",
  "delete",
  "get",
  "getSetCookie",
  "has",
  "set",
  "forEach",
  "keys",
  "values",
  "entries",
]);

/** Headers over a valid block of `Name: value\r\n` lines as received; costs nothing until it is used. */
export const headersFromText = fromText!;
/** The block of `Name: value\r\n` lines; the very text it was made from while nobody changed it. */
export const headersToText = toText!;
/** Whether the fields may differ from the text these headers were made from. */

/** The field lines, unless nobody has changed any. */
export function changedFields(headers: Headers): string | undefined {
  return isChanged!(headers) ? headersToText(headers) : undefined;
}
/** From now on every change throws a TypeError. */
export const makeHeadersImmutable = makeImmutable!;

function pushField(fields: string[], name: string, lower: string, value: string): void {
  push(fields, name);
  push(fields, lower);
  push(fields, value);
}

function copyOf(fields: readonly string[]): string[] {
  const copy: string[] = [];
  for (let i = 0; i < fields.length; i++) push(copy, fields[i]!);
  return copy;
}

/** "Sort and combine" of the Fetch standard: names and values by turns; every Set-Cookie by itself. */
function sortAndCombine(fields: readonly string[]): string[] {
  const order: number[] = [];
  for (let i = 0; i < fields.length; i += 3) push(order, i);
  sort(order, (a, b) => (fields[a + 1]! < fields[b + 1]! ? -1 : fields[a + 1] === fields[b + 1] ? a - b : 1));
  const pairs: string[] = [];
  for (let k = 0; k < order.length; k++) {
    const name = fields[order[k]! + 1]!;
    const value = fields[order[k]! + 2]!;
    const last = pairs.length - 2;
    if (last >= 0 && pairs[last] === name && name !== "set-cookie") pairs[last + 1] += `, ${value}`;
    else {
      push(pairs, name);
      push(pairs, value);
    }
  }
  return pairs;
}
