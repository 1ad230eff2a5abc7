import type { LateWriter, Outbox } from "./outbox.ts";

/** The promises given to `ctx.waitUntil` that are not settled: the host keeps the isolate for them. */
export class OpenPromises implements LateWriter {
  readonly #outbox: Outbox;
  #count = 0;
  /** What the host was told last. */
  #told = 0;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  add(promise: unknown): void {
    this.#change(1);
    // Promise.resolve makes a native promise of any thenable.
    Promise.resolve(promise).then(
      () => this.#change(-1),
      (reason: unknown) => {
        this.#outbox.report("ctx.waitUntil: the promise was rejected", reason);
        this.#change(-1);
      },
    );
  }

  /** Tells the host at the end of the entry, when the number is not what it was. */
  writeCommands(): void {
    if (this.#count === this.#told) return;
    this.#told = this.#count;
    this.#outbox.openPromises(this.#count);
  }

  #change(by: number): void {
    this.#count += by;
    this.#outbox.writeLate(this);
  }
}
