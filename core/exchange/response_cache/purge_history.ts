/** Tags whose last purge is remembered one by one. */
const MOST = 10_000;

/**
 * Tells whether a tag was purged while an answer with it was being computed: such an answer may be older than what the purge
 * is about. Points in time are numbers of purges.
 */
export class PurgeHistory {
  readonly #most: number;
  /** The tags purged last come last. */
  readonly #purged = new Map<string, number>();
  /** Everything begun by then counts as purged since. */
  #allUntil = 0;
  #now = 1;

  constructor(most = MOST) {
    this.#most = most;
  }

  /** Where what begins now stands. */
  get now(): number {
    return this.#now;
  }

  purge(tags: readonly string[]): void {
    this.#now++;
    for (const tag of tags) {
      this.#purged.delete(tag);
      this.#purged.set(tag, this.#now);
    }
    for (const [tag, at] of this.#purged) {
      if (this.#purged.size <= this.#most) break;
      this.#purged.delete(tag);
      this.#allUntil = Math.max(this.#allUntil, at - 1);
    }
  }

  purgeAll(): void {
    this.#allUntil = this.#now++;
    this.#purged.clear();
  }

  /** Whether one of the tags was purged since `begun`. */
  isPurged(tags: readonly string[], begun: number): boolean {
    if (begun <= this.#allUntil) return true;
    return tags.some((tag) => (this.#purged.get(tag) ?? 0) > begun);
  }
}
