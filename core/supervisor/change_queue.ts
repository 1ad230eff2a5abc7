/** Changes of what serves, one after the other: a reload waits for an upgrade under way, and the other way round. */
export class ChangeQueue {
  #last: Promise<unknown> = Promise.resolve();
  readonly #waiting = new Map<string, Promise<unknown>>();

  /**
   * Runs `change` when those before it are over. Whoever asks for a change of that name while one still waits gets the
   * outcome of that one.
   */
  run<T>(name: string, change: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(name) as Promise<T> | undefined;
    if (waiting !== undefined) return waiting;
    const outcome = this.#last.then(() => {
      this.#waiting.delete(name);
      return change();
    });
    this.#waiting.set(name, outcome);
    this.#last = outcome.catch(() => {});
    return outcome;
  }
}
