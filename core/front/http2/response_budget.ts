import type { StreamSink } from "./stream_sink.ts";

/**
 * Bounds what one session keeps of responses that its client does not take: the body of a further response is begun only
 * when there is room. Those that keep it waiting are either taken or cut off for idleness, so its turn comes.
 */
export class ResponseBudget {
  readonly #limit: number;
  readonly #begun = new Set<StreamSink>();
  readonly #waiting = new Set<StreamSink>();

  /** `limit`: bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins the body now or later. */
  add(sink: StreamSink): void {
    if (this.#hasRoom()) this.#begin(sink);
    else this.#waiting.add(sink);
  }

  /** The body is over, or will never begin. */
  remove(sink: StreamSink): void {
    if (!this.#begun.delete(sink)) this.#waiting.delete(sink);
    this.taken();
  }

  /** The client has taken something. */
  taken(): void {
    for (const sink of this.#waiting) {
      if (!this.#hasRoom()) return;
      this.#waiting.delete(sink);
      this.#begin(sink);
    }
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
