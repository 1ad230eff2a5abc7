import { finishClass } from "../language/web_idl.ts";
import type { OpenPromises } from "./open_promises.ts";

let passes: (context: ExecutionContext) => boolean;

/** The third argument of a module worker's `fetch`. */
export class ExecutionContext {
  readonly #promises: OpenPromises;
  #passesThrough = false;

  constructor(promises: OpenPromises) {
    this.#promises = promises;
  }

  /** The isolate is kept until the promise is settled, also when the answer has long been sent. */
  waitUntil(promise: unknown): void {
    this.#promises.add(promise);
  }

  /** When the handler throws, the request escalates instead of being answered with 500. */
  passThroughOnException(): void {
    this.#passesThrough = true;
  }

  /** Nothing is configured for it. */
  get props(): object {
    return {};
  }

  static {
    passes = (context) => context.#passesThrough;
  }
}

Reflect.deleteProperty(ExecutionContext.prototype, "constructor");
finishClass(ExecutionContext, "ExecutionContext", ["waitUntil", "passThroughOnException", "props"]);

export const passesThrough = passes!;
