import { finishClass } from "../language/web_idl.ts";
import type { AbortSignal, AbortSignalClass } from "./abort_signal.ts";

/** The AbortController class of the DOM standard. */
export function createAbortControllerClass({ createAbortSignal, stateOf }: AbortSignalClass) {
  class AbortController {
    readonly #signal = createAbortSignal();

    get signal(): AbortSignal {
      return this.#signal;
    }

    abort(reason: unknown = undefined): void {
      stateOf(this.#signal)!.abort(reason);
    }
  }

  finishClass(AbortController, "AbortController", ["signal", "abort"]);
  return AbortController;
}
