import type { Logger } from "./logger.ts";

/** Milliseconds between two lines. */
const PAUSE = 1_000;

/**
 * Warns of connections that the system would not hand over, such as with ENOBUFS: a line a second at most, which tells
 * how often since the last. Of descriptors that run out `OpenFiles` tells, for libuv does not.
 */
export class FailedAccepts {
  readonly #logger: Logger;
  readonly #now: () => number;
  #last = Number.NEGATIVE_INFINITY;
  #failures = 0;

  /** `now`: monotonic milliseconds. */
  constructor(logger: Logger, now: () => number = () => performance.now()) {
    this.#logger = logger;
    this.#now = now;
  }

  /** `listener`: its address. */
  add(listener: string, error: Error): void {
    this.#failures++;
    const now = this.#now();
    if (now - this.#last < PAUSE) return;
    const failures = this.#failures;
    this.#logger.warn(
      { listener, failures, err: error },
      "connections could not be accepted; the listener goes on",
    );
    this.#last = now;
    this.#failures = 0;
  }
}
