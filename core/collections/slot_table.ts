import { NumberTable } from "./number_table.ts";

/** Slots stay below this, so that V8 keeps each as a small integer. */
const HIGHEST = 0x3fffffff;

/** What can be looked up by slot. */
export interface Slots<T> {
  readonly size: number;
  has(slot: number): boolean;
  get(slot: number): T | undefined;
}

/** Items under numbers that it gives out, in ascending order. */
export class SlotTable<T> implements Slots<T> {
  readonly #items = new NumberTable<T>();
  #last = 0;

  get size(): number {
    return this.#items.size;
  }

  /** Returns the slot it is under from now on, above 0. A number comes again only after a billion others. */
  add(item: T): number {
    do this.#last = this.#last === HIGHEST ? 1 : this.#last + 1;
    while (this.#items.has(this.#last));
    this.#items.set(this.#last, item);
    return this.#last;
  }

  has(slot: number): boolean {
    return this.#items.has(slot);
  }

  get(slot: number): T | undefined {
    return this.#items.get(slot);
  }

  /** Returns whether there was one. */
  delete(slot: number): boolean {
    return this.#items.delete(slot);
  }

  /** All there are now, in the order of their slots. */
  entries(): [slot: number, item: T][] {
    return this.#items.entries();
  }
}
