import { DELAYS } from "./families.ts";
import { Histogram } from "./histogram.ts";
import { addSample, type Snapshot } from "./snapshot.ts";

/** Milliseconds between two looks at the clock. */
const EVERY = 100;

/**
 * How long the event loop keeps events waiting: how late its own timer is. Node's monitor of it has its figures since
 * it was last asked, which cannot be added up.
 */
export class LoopDelay {
  readonly #delays = new Histogram(DELAYS);
  readonly #timer: NodeJS.Timeout;
  #due = performance.now() + EVERY;

  constructor() {
    this.#timer = setInterval(() => this.#look(), EVERY).unref();
  }

  snapshot(to: Snapshot): void {
    addSample(to, "lodestone_worker_event_loop_delay_seconds", this.#delays.values);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    // A timer's resolution is a millisecond.
    this.#delays.observe(Math.max(0, now - this.#due - 1) / 1000);
    this.#due = now + EVERY;
  }
}
