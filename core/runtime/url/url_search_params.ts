import { inspectSymbol } from "../console/inspect_symbol.ts";
import {
  charCodeAt,
  getOwnPropertyDescriptor,
  isArray,
  ownKeys,
  push,
  reflectApply,
  slice,
  sort,
} from "../language/primordials.ts";
import { defineHidden, finishClass, toUSVString } from "../language/web_idl.ts";
import { formatForm, parseForm } from "./form_urlencoded.ts";
import { PairIterator } from "./pair_iterator.ts";

export type URLSearchParamsInit = string | Iterable<readonly [string, string]> | Record<string, string>;

let linkTo: (params: URLSearchParams, onChange: (query: string) => void) => void;
let replace: (params: URLSearchParams, query: string) => void;

/** The URLSearchParams class of the URL standard. */
export class URLSearchParams {
  /** Names and values by turns. */
  #pairs: string[] = [];
  #onChange: ((query: string) => void) | undefined;

  constructor(init: URLSearchParamsInit = "") {
    if (typeof init === "object" && init !== null) this.#fill(init);
    else if (typeof init === "function") this.#fillFromRecord(init);
    else this.#parse(toUSVString(init));
  }

  get size(): number {
    return this.#pairs.length / 2;
  }

  append(name: string, value: string): void {
    this.#push(name, value);
    this.#changed();
  }

  delete(name: string, value?: string): void {
    const wanted = toUSVString(name);
    const wantedValue = value === undefined ? undefined : toUSVString(value);
    const kept: string[] = [];
    for (let i = 0; i < this.#pairs.length; i += 2) {
      if (this.#matches(i, wanted, wantedValue)) continue;
      push(kept, this.#pairs[i]!);
      push(kept, this.#pairs[i + 1]!);
    }
    this.#pairs = kept;
    this.#changed();
  }

  get(name: string): string | null {
    const at = this.#find(toUSVString(name), undefined);
    return at === -1 ? null : this.#pairs[at + 1]!;
  }

  getAll(name: string): string[] {
    const wanted = toUSVString(name);
    const values: string[] = [];
    for (let i = 0; i < this.#pairs.length; i += 2) {
      if (this.#pairs[i] === wanted) push(values, this.#pairs[i + 1]!);
    }
    return values;
  }

  has(name: string, value?: string): boolean {
    return this.#find(toUSVString(name), value === undefined ? undefined : toUSVString(value)) !== -1;
  }

  set(name: string, value: string): void {
    const wanted = toUSVString(name);
    const newValue = toUSVString(value);
    const kept: string[] = [];
    let found = false;
    for (let i = 0; i < this.#pairs.length; i += 2) {
      const same = this.#pairs[i] === wanted;
      if (same && found) continue;
      push(kept, this.#pairs[i]!);
      push(kept, same ? newValue : this.#pairs[i + 1]!);
      found ||= same;
    }
    if (!found) {
      push(kept, wanted);
      push(kept, newValue);
    }
    this.#pairs = kept;
    this.#changed();
  }

  /** By name in code units, order of equal names kept. */
  sort(): void {
    const pairs = this.#pairs;
    const order: number[] = [];
    for (let i = 0; i < pairs.length; i += 2) push(order, i);
    sort(order, (a, b) => (pairs[a]! < pairs[b]! ? -1 : pairs[a] === pairs[b] ? a - b : 1));
    const sorted: string[] = [];
    for (let k = 0; k < order.length; k++) {
      push(sorted, pairs[order[k]!]!);
      push(sorted, pairs[order[k]! + 1]!);
    }
    this.#pairs = sorted;
    this.#changed();
  }

  forEach(
    callback: (value: string, name: string, params: URLSearchParams) => void,
    thisArgument?: unknown,
  ): void {
    if (typeof callback !== "function") {
      throw new TypeError("URLSearchParams.forEach: the callback is not a function");
    }
    for (let i = 0; i < this.#pairs.length; i += 2) {
      reflectApply(callback, thisArgument, [this.#pairs[i + 1]!, this.#pairs[i]!, this]);
    }
  }

  keys(): PairIterator<string> {
    void this.#pairs;
    return new PairIterator(() => this.#pairs, "keys");
  }

  values(): PairIterator<string> {
    void this.#pairs;
    return new PairIterator(() => this.#pairs, "values");
  }

  entries(): PairIterator<[string, string]> {
    void this.#pairs;
    return new PairIterator(() => this.#pairs, "entries");
  }

  toString(): string {
    return formatForm(this.#pairs);
  }

  declare [Symbol.iterator]: () => PairIterator<[string, string]>;

  [inspectSymbol](): string {
    return `URLSearchParams { ${formatForm(this.#pairs)} }`;
  }

  #matches(at: number, name: string, value: string | undefined): boolean {
    return this.#pairs[at] === name && (value === undefined || this.#pairs[at + 1] === value);
  }

  #find(name: string, value: string | undefined): number {
    for (let i = 0; i < this.#pairs.length; i += 2) if (this.#matches(i, name, value)) return i;
    return -1;
  }

  #push(name: unknown, value: unknown): void {
    const validName = toUSVString(name);
    const validValue = toUSVString(value);
    push(this.#pairs, validName);
    push(this.#pairs, validValue);
  }

  #changed(): void {
    this.#onChange?.(formatForm(this.#pairs));
  }

  #parse(query: string): void {
    this.#pairs = parseForm(charCodeAt(query, 0) === 0x3f ? slice(query, 1) : query);
  }

  #fill(init: object): void {
    if ((init as Partial<Iterable<unknown>>)[Symbol.iterator] == null) this.#fillFromRecord(init);
    else this.#fillFromPairs(init as Iterable<unknown>);
  }

  #fillFromPairs(init: Iterable<unknown>): void {
    for (const pair of init) {
      if (pair === null || typeof pair !== "object") {
        throw new TypeError("new URLSearchParams(): each pair must be an iterable");
      }
      const items = isArray(pair) ? pair : [...(pair as Iterable<unknown>)];
      if (items.length !== 2) {
        throw new TypeError(`new URLSearchParams(): a pair has 2 items, not ${items.length}`);
      }
      this.#push(items[0], items[1]);
    }
  }

  /** Names that become the same by replacing lone surrogates are one entry, the last value wins (Web IDL). */
  #fillFromRecord(init: object): void {
    const keys = ownKeys(init);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (getOwnPropertyDescriptor(init, key)?.enumerable !== true) continue;
      const name = toUSVString(key);
      const value = toUSVString((init as Record<PropertyKey, unknown>)[key]);
      const at = this.#find(name, undefined);
      if (at === -1) this.#push(name, value);
      else this.#pairs[at + 1] = value;
    }
  }

  static {
    linkTo = (params, onChange) => {
      params.#onChange = onChange;
    };
    replace = (params, query) => {
      params.#pairs = parseForm(query);
    };
  }
}

defineHidden(URLSearchParams.prototype, Symbol.iterator, URLSearchParams.prototype.entries);
finishClass(URLSearchParams, "URLSearchParams", [
  "size",
  "append",
  "delete",
  "get",
  "getAll",
  "has",
  "set",
  "sort",
  "forEach",
  "keys",
  "values",
  "entries",
  "toString",
]);

/** Calls `onChange` with the new query, without `?`, after each change made through the public methods. */
export const linkSearchParams = linkTo!;
/** Replaces all pairs by those of a query without `?`; `onChange` is not called. */
export const replaceSearchParams = replace!;
