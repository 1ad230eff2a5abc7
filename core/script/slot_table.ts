/** Slots stay below this, so that V8 keeps each as a small integer. */
const HIGHEST = 0x3fffffff;
const INITIAL = 64;

/** What can be looked up by slot. */
export interface Slots<T> {
  readonly size: number;
  has(slot: number): boolean;
  get(slot: number): T | undefined;
}

/**
 * Items under ascending numbers, at the place that the number's low bits say. A `Map` would do, were it not for V8's
 * garbage collector: a map that is added to and deleted from makes itself anew every few dozen requests, and the table it leaves
 * behind keeps its entries and the next table. One of them in old space keeps all that follow, so that every
 * exchange there ever was survived young collections (docs/performance.md).
 */
export class SlotTable<T> implements Slots<T> {
  #slots: number[] = new Array(INITIAL).fill(0);
  #items: (T | undefined)[] = new Array(INITIAL).fill(undefined);
  #mask = INITIAL - 1;
  #last = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Returns the slot it is under from now on, above 0. A number comes again only after a billion others. */
  add(item: T): number {
    if (this.#size > this.#mask >> 1) this.#grow();
    let slot = this.#last;
    do slot = slot === HIGHEST ? 1 : slot + 1;
    while (this.#slots[slot & this.#mask] !== 0);
    this.#last = slot;
    this.#put(slot, item);
    this.#size++;
    return slot;
  }

  has(slot: number): boolean {
    return slot !== 0 && this.#slots[slot & this.#mask] === slot;
  }

  get(slot: number): T | undefined {
    const place = slot & this.#mask;
    return this.#slots[place] === slot ? this.#items[place] : undefined;
  }

  /** Returns whether there was one. */
  delete(slot: number): boolean {
    if (!this.has(slot)) return false;
    const place = slot & this.#mask;
    this.#slots[place] = 0;
    this.#items[place] = undefined;
    this.#size--;
    return true;
  }

  /** All there are now, in the order of their slots. */
  entries(): [slot: number, item: T][] {
    const entries: [number, T][] = [];
    for (const [place, slot] of this.#slots.entries())
      if (slot !== 0) entries.push([slot, this.#items[place]!]);
    return entries.sort(([a], [b]) => a - b);
  }

  #put(slot: number, item: T): void {
    this.#slots[slot & this.#mask] = slot;
    this.#items[slot & this.#mask] = item;
  }

  /** Slots that differ in their low bits differ in more of them. */
  #grow(): void {
    const entries = this.entries();
    const places = (this.#mask + 1) * 2;
    this.#mask = places - 1;
    this.#slots = new Array(places).fill(0);
    this.#items = new Array(places).fill(undefined);
    for (const [slot, item] of entries) this.#put(slot, item);
  }
}
