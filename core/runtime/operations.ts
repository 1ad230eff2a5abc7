interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Operations of the host that scripts wait for. Every operation is a number, given out here and settled by an
 * event that names it.
 */
export class Operations {
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  /** A number never given out before; also names a timer. */
  next(): number {
    return ++this.#last;
  }

  /** The promise of an operation that a command of this entry starts. */
  wait<T>(operation: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(operation, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Nobody waits for it any more. */
  forget(operation: number): void {
    this.#pending.delete(operation);
  }

  settle(operation: number, value: unknown): void {
    const pending = this.#pending.get(operation);
    if (pending === undefined) return;
    this.#pending.delete(operation);
    pending.resolve(value);
  }

  fail(operation: number, reason: unknown): void {
    const pending = this.#pending.get(operation);
    if (pending === undefined) return;
    this.#pending.delete(operation);
    pending.reject(reason);
  }
}
