import { NumberTable } from "../../collections/number_table.ts";
import { DOMException } from "../language/dom_exception.ts";

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** What an operation of the host failed with: name and message of the error to be made of it. */
export class HostFailure {
  readonly name: string;
  readonly message: string;

  constructor(name: string, message: string) {
    this.name = name;
    this.message = message;
  }

  /** A TypeError, RangeError or Error by those names, else a DOMException. */
  toError(): Error {
    const { name, message } = this;
    if (name === "Error") return new Error(message);
    if (name === "TypeError") return new TypeError(message);
    if (name === "RangeError") return new RangeError(message);
    return new DOMException(message, name);
  }
}

/**
 * Operations of the host that scripts wait for. Every operation is a number, given out here and settled by an
 * event that names it.
 */
export class Operations {
  readonly #pending = new NumberTable<Pending>();
  #last = 0;

  /** A number never given out before; also names a timer. */
  next(): number {
    return ++this.#last;
  }

  /** The promise of an operation that a command of this entry starts. */
  async wait<T>(operation: number): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#pending.set(operation, { resolve: resolve as (value: unknown) => void, reject });
      });
    } catch (reason) {
      // Made here, where V8 knows who waits: the stack tells the line of the script.
      throw reason instanceof HostFailure ? reason.toError() : reason;
    }
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
