import { randomBytes } from "node:crypto";

/** Milliseconds. Keys that leak lay bare no more sessions than those of this time (RFC 9325 section 4.2). */
const PERIOD = 12 * 3_600_000;
/** Name, key of the seal and key of the cipher, 16 bytes each. */
const LENGTH = 48;

/**
 * The keys that seal session tickets. All workers have the same, those that come later, too, so that a session goes on
 * wherever its client comes next. They are replaced twice a day and never written down.
 */
export class TicketKeys {
  #current: Uint8Array = randomBytes(LENGTH);
  readonly #timer: NodeJS.Timeout;
  readonly #followers = new Set<(keys: Uint8Array) => void>();

  constructor(period: number = PERIOD) {
    this.#timer = setInterval(() => this.#replace(), period).unref();
  }

  get current(): Uint8Array {
    return this.#current;
  }

  /** `replaced` gets the new ones, until the function returned is called. */
  follow(replaced: (keys: Uint8Array) => void): () => void {
    this.#followers.add(replaced);
    return () => this.#followers.delete(replaced);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #replace(): void {
    this.#current = randomBytes(LENGTH);
    for (const follower of this.#followers) follower(this.#current);
  }
}
