/** Handshakes that have failed since the last time any were told of. */
export interface FailedHandshakes {
  readonly failures: number;
  /** Of the last one. */
  readonly reason: string;
  readonly client: string;
}

/** Milliseconds. */
const INTERVAL = 1000;

/** Tells of failed handshakes, once a second at most: whoever scans the Internet must not fill the log. */
export class HandshakeFailures {
  readonly #tell: (failed: FailedHandshakes) => void;
  readonly #now: () => number;
  #failures = 0;
  #told = Number.NEGATIVE_INFINITY;

  constructor(tell: (failed: FailedHandshakes) => void, now: () => number = () => performance.now()) {
    this.#tell = tell;
    this.#now = now;
  }

  add(reason: string, client: string): void {
    this.#failures++;
    const now = this.#now();
    if (now - this.#told < INTERVAL) return;
    this.#tell({ failures: this.#failures, reason, client });
    this.#told = now;
    this.#failures = 0;
  }
}
