/** The timers of one isolate on the host's clock. They don't keep the process alive. */
export class ScriptTimers {
  readonly #due: (operation: number) => void;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #closed = false;

  constructor(due: (operation: number) => void) {
    this.#due = due;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** Returns false, and starts nothing, when `limit` timers are under way already. */
  start(operation: number, milliseconds: number, limit: number): boolean {
    if (this.#closed) return true;
    if (this.#timers.size >= limit) return false;
    clearTimeout(this.#timers.get(operation));
    const timeout = setTimeout(
      () => {
        this.#timers.delete(operation);
        this.#due(operation);
      },
      Math.min(Math.max(milliseconds, 0), 0x7fffffff),
    );
    timeout.unref();
    this.#timers.set(operation, timeout);
    return true;
  }

  stop(operation: number): void {
    clearTimeout(this.#timers.get(operation));
    this.#timers.delete(operation);
  }

  close(): void {
    this.#closed = true;
    for (const timeout of this.#timers.values()) clearTimeout(timeout);
    this.#timers.clear();
  }
}
