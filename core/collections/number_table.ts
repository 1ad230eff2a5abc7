const INITIAL = 16;

/**
 * What a `Map` from whole numbers above 0 would do, were it not for V8's garbage collector: a map that is added to and deleted from
 * makes itself anew every few dozen changes, and the table it leaves behind keeps its entries and the next table. One
 * of them in old space keeps all that follow, so that every request there ever was survives young collections.
 *
 * Open addressing with linear probing; what a deletion leaves is closed up at once.
 */
export class NumberTable<T> {
  #numbers: number[] = new Array<number>(INITIAL).fill(0);
  #items: (T | undefined)[] = new Array<T | undefined>(INITIAL).fill(undefined);
  #mask = INITIAL - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(number: number): boolean {
    return number !== 0 && this.#numbers[this.#placeOf(number)] === number;
  }

  get(number: number): T | undefined {
    return this.#items[this.#placeOf(number)];
  }

  /** Throws RangeError for a number that is not above 0. */
  set(number: number, item: T): void {
    if (!(number > 0)) throw new RangeError(`putting into a table of numbers: above 0, got ${number}`);
    let place = this.#placeOf(number);
    if (this.#numbers[place] !== number) {
      if (this.#size > this.#mask >> 1) {
        this.#grow();
        place = this.#placeOf(number);
      }
      this.#numbers[place] = number;
      this.#size++;
    }
    this.#items[place] = item;
  }

  /** Returns whether there was one. */
  delete(number: number): boolean {
    let gap = this.#placeOf(number);
    if (number === 0 || this.#numbers[gap] !== number) return false;
    const mask = this.#mask;
    for (let next = (gap + 1) & mask; this.#numbers[next] !== 0; next = (next + 1) & mask) {
      const home = this.#numbers[next]! & mask;
      // It stays if its home lies behind the gap, around the end or not.
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      this.#numbers[gap] = this.#numbers[next]!;
      this.#items[gap] = this.#items[next];
      gap = next;
    }
    this.#numbers[gap] = 0;
    this.#items[gap] = undefined;
    this.#size--;
    return true;
  }

  clear(): void {
    this.#numbers.fill(0);
    this.#items.fill(undefined);
    this.#size = 0;
  }

  /** All there are now, in ascending order. */
  entries(): [number: number, item: T][] {
    const entries: [number, T][] = [];
    for (const [place, number] of this.#numbers.entries())
      if (number !== 0) entries.push([number, this.#items[place]!]);
    return entries.sort(([a], [b]) => a - b);
  }

  /** Where a number is, or would be. */
  #placeOf(number: number): number {
    let place = number & this.#mask;
    while (this.#numbers[place] !== number && this.#numbers[place] !== 0) place = (place + 1) & this.#mask;
    return place;
  }

  #grow(): void {
    const entries = this.entries();
    const places = (this.#mask + 1) * 2;
    this.#mask = places - 1;
    this.#numbers = new Array<number>(places).fill(0);
    this.#items = new Array<T | undefined>(places).fill(undefined);
    this.#size = 0;
    for (const [number, item] of entries) this.set(number, item);
  }
}
