/** A cache that takes part in the memory of all. */
export interface MemoryHolder {
  /** Bytes it keeps. */
  readonly bytes: number;
  /** Lets go of what was not used for the longest time. */
  evictOldest(): void;
}

/**
 * Bounds what the caches of all sites keep together. Whoever has most gives way, so that a site with less than its fair share
 * loses nothing to another that stores a lot.
 */
export class CacheMemory {
  /** Bytes. */
  readonly limit: number;
  readonly #holders = new Set<MemoryHolder>();
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  join(holder: MemoryHolder): void {
    this.#holders.add(holder);
  }

  changed(bytes: number): void {
    this.#used += bytes;
  }

  makeRoom(): void {
    while (this.#used > this.limit) {
      const largest = this.#largest();
      if (largest === undefined) return;
      largest.evictOldest();
    }
  }

  #largest(): MemoryHolder | undefined {
    let largest: MemoryHolder | undefined;
    for (const holder of this.#holders) {
      if (holder.bytes > (largest?.bytes ?? 0)) largest = holder;
    }
    return largest;
  }
}
