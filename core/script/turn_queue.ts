import type { Trace } from "../observe/trace.ts";
import type { Event } from "./guest_isolate.ts";

/** Requests and other events one entry may carry: bounds how long one entry can hold up the loop. */
const BATCH = 64;
/** Milliseconds after the CPU limit has struck during which events go in one by one, so that blame is exact. */
const SUSPICION = 10_000;

/** What goes into an entry of its own, so that all that happens in it belongs to the trace. */
interface TracedEvents {
  readonly events: Event[];
  readonly slots: number[];
  readonly trace: Trace;
}

type Enter = (events: Event[], slots: number[], trace?: Trace) => void;

/** Collects the events of one event-loop iteration and hands them over at its end. */
export class TurnQueue {
  readonly #enter: Enter;
  readonly #flush = (): void => this.#handOver();
  #events: Event[] = [];
  /** Exchange of each event, 0 for none. */
  #slots: number[] = [];
  /** Events of requests that are traced. */
  #traced: TracedEvents[] = [];
  #scheduled = false;
  #closed = false;
  #suspectUntil = 0;

  constructor(enter: Enter) {
    this.#enter = enter;
  }

  /** `bytes` travel as an event of their own, right behind. */
  add(event: string, slot: number, bytes?: ArrayBuffer, trace?: Trace): void {
    const traced = trace && this.#tracedBy(trace);
    const events = traced === undefined ? this.#events : traced.events;
    const slots = traced === undefined ? this.#slots : traced.slots;
    events.push(event);
    slots.push(slot);
    if (bytes !== undefined) {
      events.push(bytes);
      slots.push(slot);
    }
    this.wake();
  }

  /** What had been taken goes in again, before everything else. */
  putBack(events: readonly Event[], slots: readonly number[], trace?: Trace): void {
    if (trace !== undefined) {
      const traced = this.#tracedBy(trace);
      traced.events.unshift(...events);
      traced.slots.unshift(...slots);
      return;
    }
    this.#events = [...events, ...this.#events];
    this.#slots = [...slots, ...this.#slots];
  }

  /** Enters even when there are no events. */
  wake(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  /** Whether an entry is to come. */
  get isScheduled(): boolean {
    return this.#scheduled;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Hands nothing over until `release`: an entry is under way elsewhere. */
  hold(): void {
    this.#scheduled = true;
  }

  release(): void {
    this.#scheduled = false;
    if (this.#events.length > 0) this.wake();
  }

  suspect(): void {
    this.#suspectUntil = performance.now() + SUSPICION;
  }

  /** Exchanges for which an event of that letter waits. */
  slotsOf(letter: string): number[] {
    const traced = this.#traced.flatMap(({ events, slots }) => beginningWith(letter, events, slots));
    return [...beginningWith(letter, this.#events, this.#slots), ...traced];
  }

  close(): void {
    this.#closed = true;
    this.#events = [];
    this.#slots = [];
    this.#traced = [];
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
    if (this.#traced.length > 0) this.#handOverTraced();
    if (this.#events.length > 0) this.wake();
  }

  /** What of one request came in one iteration goes in together, as that of all others does. */
  #handOverTraced(): void {
    for (let count = this.#traced.length; count > 0 && !this.#closed; count--) {
      const traced = this.#traced.shift();
      if (traced !== undefined && traced.events.length > 0) {
        this.#enter(traced.events, traced.slots, traced.trace);
      }
    }
    if (this.#traced.length > 0) this.wake();
  }

  #tracedBy(trace: Trace): TracedEvents {
    const known = this.#traced.find((each) => each.trace === trace);
    if (known !== undefined && known.events.length < BATCH) return known;
    const traced: TracedEvents = { events: [], slots: [], trace };
    this.#traced.push(traced);
    return traced;
  }
}

function beginningWith(letter: string, events: readonly Event[], slots: readonly number[]): number[] {
  return slots.filter((_, i) => {
    const event = events[i];
    return typeof event === "string" && event.startsWith(letter);
  });
}
