import type { Logger } from "./logger.ts";

/** Milliseconds between two lines. */
const PAUSE = 1_000;

/** Warns of connections that were closed at once because a limit is reached: a line a second, which tells how many. */
export class TurnedAway {
  readonly #logger: Logger;
  readonly #now: () => number;
  #last = Number.NEGATIVE_INFINITY;
  #connections = 0;

  /** `now`: monotonic milliseconds. */
  constructor(logger: Logger, now: () => number = () => performance.now()) {
    this.#logger = logger;
    this.#now = now;
  }

  /** `limit` is the field of the configuration that was reached. */
  add(limit: string, client: string): void {
    this.#connections++;
    const now = this.#now();
    if (now - this.#last < PAUSE) return;
    this.#logger.warn(
      { limit, client, connections: this.#connections },
      "connections closed at once: there are too many",
    );
    this.#last = now;
    this.#connections = 0;
  }
}
