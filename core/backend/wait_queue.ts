import type { Timer, TimerWheel } from "../http/timer_wheel.ts";

/** First in, first out, bounded in length and in time; anything waiting may leave early. */
export class WaitQueue<T> {
  /** Insertion order is the order of service. */
  readonly #waiting = new Map<T, Timer>();
  readonly #size: number;
  readonly #patience: number;
  readonly #timers: TimerWheel;
  readonly #expired: (item: T) => void;

  /** `patience` is in milliseconds; `expired` gets an item that waited so long and has left the queue. */
  constructor(options: { size: number; patience: number; timers: TimerWheel; expired: (item: T) => void }) {
    this.#size = options.size;
    this.#patience = options.patience;
    this.#timers = options.timers;
    this.#expired = options.expired;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** False when the queue is full. */
  add(item: T): boolean {
    if (this.#waiting.size >= this.#size) return false;
    const timer = this.#timers.add(this.#patience, () => {
      if (this.#waiting.delete(item)) this.#expired(item);
    });
    this.#waiting.set(item, timer);
    return true;
  }

  /** The item that has waited longest, taken out; undefined when nothing waits. */
  shift(): T | undefined {
    for (const [item, timer] of this.#waiting) {
      timer.cancel();
      this.#waiting.delete(item);
      return item;
    }
    return undefined;
  }

  /** Whether the item was waiting. */
  delete(item: T): boolean {
    this.#waiting.get(item)?.cancel();
    return this.#waiting.delete(item);
  }
}
