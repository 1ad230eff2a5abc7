import type { Event } from "./guest_isolate.ts";

/** Requests and other events one entry may carry: bounds how long one entry can hold up the loop. */
const BATCH = 64;
/** Milliseconds after the CPU limit has struck during which events go in one by one, so that blame is exact. */
const SUSPICION = 10_000;

/** Collects the events of one event-loop iteration and hands them over at its end. */
export class TurnQueue {
  readonly #enter: (events: Event[], slots: number[]) => void;
  readonly #flush = (): void => this.#handOver();
  #events: Event[] = [];
  /** Exchange of each event, 0 for none. */
  #slots: number[] = [];
  #scheduled = false;
  #closed = false;
  #suspectUntil = 0;

  constructor(enter: (events: Event[], slots: number[]) => void) {
    this.#enter = enter;
  }

  /** `bytes` travel as an event of their own, right behind. */
  add(event: string, slot: number, bytes?: ArrayBuffer): void {
    this.#events.push(event);
    this.#slots.push(slot);
    if (bytes !== undefined) {
      this.#events.push(bytes);
      this.#slots.push(slot);
    }
    this.wake();
  }

  /** What had been taken goes in again, before everything else. */
  putBack(events: readonly Event[], slots: readonly number[]): void {
    this.#events = [...events, ...this.#events];
    this.#slots = [...slots, ...this.#slots];
  }

  /** Enters even when there are no events. */
  wake(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  suspect(): void {
    this.#suspectUntil = performance.now() + SUSPICION;
  }

  /** Exchanges for which an event of that letter waits. */
  slotsOf(letter: string): number[] {
    return this.#slots.filter((_, i) => {
      const event = this.#events[i];
      return typeof event === "string" && event.startsWith(letter);
    });
  }

  close(): void {
    this.#closed = true;
    this.#events = [];
    this.#slots = [];
  }

  #handOver(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    const most = this.#suspectUntil > 0 && performance.now() < this.#suspectUntil ? 1 : BATCH;
    let count = Math.min(this.#events.length, most);
    // Bytes stay with the event they belong to.
    while (typeof this.#events[count] === "object") count++;
    if (count === this.#events.length) {
      const events = this.#events;
      const slots = this.#slots;
      this.#events = [];
      this.#slots = [];
      this.#enter(events, slots);
    } else {
      this.#enter(this.#events.splice(0, count), this.#slots.splice(0, count));
    }
    if (this.#events.length > 0) this.wake();
  }
}
