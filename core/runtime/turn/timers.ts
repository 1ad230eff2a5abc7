import type { Operations } from "./operations.ts";
import type { Outbox } from "./outbox.ts";

interface Timer {
  readonly callback: (...values: unknown[]) => void;
  readonly values: unknown[];
  /** Milliseconds between calls, undefined for a single one. */
  readonly interval: number | undefined;
}

/** `setTimeout` and `setInterval`, kept by the host's clock. */
export class Timers {
  readonly #timers = new Map<number, Timer>();
  readonly #operations: Operations;
  readonly #outbox: Outbox;

  constructor(operations: Operations, outbox: Outbox) {
    this.#operations = operations;
    this.#outbox = outbox;
  }

  start(callback: unknown, delay: unknown, values: unknown[], repeat: boolean): number {
    if (typeof callback !== "function") throw new TypeError("setTimeout: the callback must be a function");
    const wanted = Number(delay);
    const milliseconds = wanted > 0 ? Math.min(Math.ceil(wanted), 0x7fffffff) : 0;
    const timer = this.#operations.next();
    this.#timers.set(timer, {
      callback: callback as Timer["callback"],
      values,
      interval: repeat ? Math.max(1, milliseconds) : undefined,
    });
    this.#outbox.startTimer(timer, milliseconds);
    return timer;
  }

  stop(timer: unknown): void {
    if (typeof timer === "number" && this.#timers.delete(timer)) this.#outbox.stopTimer(timer);
  }

  /** The host says that a timer is due. */
  due(number: number): void {
    const timer = this.#timers.get(number);
    if (timer === undefined) return;
    if (timer.interval === undefined) this.#timers.delete(number);
    else this.#outbox.startTimer(number, timer.interval);
    timer.callback(...timer.values);
  }
}
