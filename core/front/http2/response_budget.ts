import type { Timer, TimerWheel } from "../../http/timer_wheel.ts";
import { SILENT, type StreamSink } from "./stream_sink.ts";

/**
 * Bounds what one session keeps of responses that its client does not take: the body of a further response is begun only
 * when there is room. Those that keep it waiting are either taken, or cut off for idleness, or turn out to be silent, so
 * its turn comes.
 */
export class ResponseBudget {
  readonly #limit: number;
  readonly #timers: TimerWheel;
  #timer: Timer | undefined;
  readonly #begun = new Set<StreamSink>();
  readonly #waiting = new Set<StreamSink>();

  /** `limit`: bytes. */
  constructor(limit: number, timers: TimerWheel) {
    this.#limit = limit;
    this.#timers = timers;
  }

  /** Begins the body now or later. */
  add(sink: StreamSink): void {
    if (this.#hasRoom()) this.#begin(sink);
    else this.#wait(sink);
  }

  /** The body is over, or will never begin. */
  remove(sink: StreamSink): void {
    if (!this.#begun.delete(sink)) this.#waiting.delete(sink);
    this.taken();
    if (this.#waiting.size === 0) this.#timer?.cancel();
  }

  /** The client has taken something. */
  taken(): void {
    for (const sink of this.#waiting) {
      if (!this.#hasRoom()) return;
      this.#waiting.delete(sink);
      this.#begin(sink);
    }
  }

  /** Sources that stay silent give their room back by and by, which nobody tells of. */
  #wait(sink: StreamSink): void {
    this.#waiting.add(sink);
    if (this.#timer === undefined) this.#timer = this.#timers.add(SILENT, () => this.#look());
    else if (this.#waiting.size === 1) this.#timer.refresh();
  }

  #look(): void {
    this.taken();
    if (this.#waiting.size > 0) this.#timer?.refresh();
  }

  #begin(sink: StreamSink): void {
    this.#begun.add(sink);
    sink.start();
  }

  #hasRoom(): boolean {
    let held = 0;
    for (const sink of this.#begun) held += sink.held;
    return held < this.#limit;
  }
}
