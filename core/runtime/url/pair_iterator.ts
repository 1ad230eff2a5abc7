import { defineProperty } from "../language/primordials.ts";

/**
 * Gives the names and values by turns, as they are now. Asked at each step, because Web IDL iterators see
 * changes made on the way.
 */
export type PairSource = () => readonly unknown[];

export type PairKind = "keys" | "values" | "entries";

/** Default iterator of a Web IDL class with pairs (`Headers`, `URLSearchParams`). */
export class PairIterator<T> extends Iterator<T> {
  #source: PairSource;
  #kind: PairKind;
  #index = 0;

  constructor(source: PairSource, kind: PairKind) {
    super();
    this.#source = source;
    this.#kind = kind;
  }

  override next(): IteratorResult<T, undefined> {
    const pairs = this.#source();
    const i = this.#index;
    if (i >= pairs.length) return { done: true, value: undefined };
    this.#index = i + 2;
    const kind = this.#kind;
    const value = kind === "entries" ? [pairs[i], pairs[i + 1]] : kind === "keys" ? pairs[i] : pairs[i + 1];
    return { done: false, value: value as T };
  }
}

// Not constructible by scripts: `constructor` is inherited from %IteratorPrototype%.
Reflect.deleteProperty(PairIterator.prototype, "constructor");
defineProperty(PairIterator.prototype, "next", { enumerable: true });
defineProperty(PairIterator.prototype, Symbol.toStringTag, { value: "Iterator", configurable: true });
