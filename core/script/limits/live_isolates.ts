import { LRUCache } from "lru-cache";
import type { IsolatesConfig } from "../../config/config.ts";

/** Milliseconds between looks at the isolates' memory. */
const LOOK = 1_000;

/** Has an isolate, and can do without it when nothing is under way in it. */
export interface IsolateHolder {
  readonly isIdle: boolean;
  /** Bytes of the isolate's memory. */
  readonly memory: number;
  release(): void;
}

interface Reading {
  /** Bytes when it was last looked at. */
  memory: number;
  /** Whether it has been used since. */
  isStale: boolean;
}

/**
 * The isolates of a worker, one per site, those used least recently first. When there are too many, or they have too
 * much memory, idle ones are released. Nothing depends on their number while requests come to one that is there.
 */
export class LiveIsolates {
  readonly #limits: IsolatesConfig;
  readonly #holders: LRUCache<IsolateHolder, Reading>;
  readonly #timer: NodeJS.Timeout;
  #newest: IsolateHolder | undefined;
  #memory = 0;

  /** `sites`: how many holders there are at most. */
  constructor(limits: IsolatesConfig, sites: number) {
    this.#limits = limits;
    this.#holders = new LRUCache({ max: Math.max(1, sites) });
    this.#timer = setInterval(() => this.look(), LOOK).unref();
  }

  get size(): number {
    return this.#holders.size;
  }

  /** Bytes, as of the last look. */
  get memory(): number {
    return this.#memory;
  }

  /** An isolate is about to be made. */
  makeRoom(): void {
    if (this.#holders.size >= this.#limits.live) this.#release(this.#holders.size - this.#limits.live + 1, 0);
  }

  add(holder: IsolateHolder): void {
    this.remove(holder);
    this.#holders.set(holder, { memory: 0, isStale: true });
    this.#newest = holder;
  }

  remove(holder: IsolateHolder): void {
    const reading = this.#holders.peek(holder);
    if (reading === undefined) return;
    this.#memory -= reading.memory;
    this.#holders.delete(holder);
    if (this.#newest === holder) this.#newest = undefined;
  }

  /** A request goes to it. */
  used(holder: IsolateHolder): void {
    if (this.#newest === holder) return;
    const reading = this.#holders.get(holder);
    if (reading !== undefined) reading.isStale = true;
    this.#newest = holder;
  }

  /** Looks at the memory of those that have been used, and releases what is too much. */
  look(): void {
    for (const [holder, reading] of this.#holders.entries()) {
      if (!reading.isStale) continue;
      const { memory } = holder;
      this.#memory += memory - reading.memory;
      reading.memory = memory;
      // What is under way, or comes to the one used last, goes unnoticed by `used`.
      reading.isStale = holder === this.#newest || !holder.isIdle;
    }
    const tooMany = this.#holders.size - this.#limits.live;
    const tooMuch = this.#memory - this.#limits.memory;
    if (tooMany > 0 || tooMuch > 0) this.#release(tooMany, tooMuch);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Releases idle ones until they are so many and so many bytes less, as far as there are any. */
  #release(count: number, bytes: number): void {
    const released: IsolateHolder[] = [];
    for (const holder of this.#holders.rkeys()) {
      if (count <= 0 && bytes <= 0) break;
      if (!holder.isIdle) continue;
      count--;
      bytes -= this.#holders.peek(holder)!.memory;
      released.push(holder);
    }
    for (const holder of released) {
      this.remove(holder);
      holder.release();
    }
  }
}
