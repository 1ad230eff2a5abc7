/** Milliseconds that a reading may be older than the entry it is used for. */
const AGE = 4;

/**
 * How long this thread has had a processor during an entry. isolated-vm tells no more than how much time has passed
 * (its `cpuTime` goes on while the machine runs others). Asking the kernel costs 0.7 microseconds, so a reading
 * serves for every entry that begins soon after it.
 */
export class CpuClock {
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: NodeJS.CpuUsage = { user: 0, system: 0 };

  /** An entry begins. */
  entering(): void {
    const now = performance.now();
    if (now - this.#readAt <= AGE) return;
    this.#readAt = now;
    this.#reading = process.threadCpuUsage();
  }

  /** Milliseconds since the entry began, `AGE` too many at most. */
  get used(): number {
    const { user, system } = process.threadCpuUsage(this.#reading);
    return (user + system) / 1_000;
  }
}
