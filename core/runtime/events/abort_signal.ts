// biome-ignore-all lint/complexity/noArguments: Web IDL counts the arguments, and default values hide them.
import { inspectSymbol } from "../console/inspect_symbol.ts";
import { push, reflectApply } from "../language/primordials.ts";
import { finishClass, makeEnumerable, requireArguments } from "../language/web_idl.ts";
import { type AbortAlgorithm, AbortState, type AbortStateServices } from "./abort_state.ts";
import type { Event, EventClass } from "./event.ts";
import type { EventTargetClass } from "./event_target.ts";

export type AbortSignalClass = ReturnType<typeof createAbortSignalClass>;
export type AbortSignal = InstanceType<AbortSignalClass["AbortSignal"]>;

const { trunc: truncate } = Math;

/** What makes a signal; scripts don't have it. */
const MAKE = Symbol("AbortSignal");

/** The AbortSignal class of the DOM standard. */
export function createAbortSignalClass(
  { createTrustedEvent, stateOf: eventState }: EventClass,
  { EventTarget, dispatch, listen, watch }: EventTargetClass,
  services: AbortStateServices,
) {
  let stateOf: (value: unknown) => AbortState | undefined;

  class AbortSignal extends EventTarget {
    readonly #state: AbortState;
    #onabort: object | null = null;
    #removeHandler: (() => void) | undefined;

    constructor(key: unknown = undefined) {
      if (key !== MAKE) throw new TypeError("AbortSignal: Illegal constructor; see AbortController");
      super();
      this.#state = new AbortState(services, () => void dispatch(this, createTrustedEvent("abort")));
      watch(this, "abort", (listening) => this.#state.setListening(listening));
    }

    static abort(reason: unknown = undefined): AbortSignal {
      const signal = new AbortSignal(MAKE);
      stateOf(signal)!.abort(reason);
      return signal;
    }

    static timeout(milliseconds: number): AbortSignal {
      requireArguments(arguments.length, 1, "AbortSignal.timeout");
      const delay = truncate(Number(milliseconds));
      if (!(delay >= 0 && delay <= 2 ** 53 - 1)) {
        throw new TypeError(
          `AbortSignal.timeout: a number of milliseconds from 0 to 2^53 - 1 is needed, not ${String(milliseconds)}`,
        );
      }
      const signal = new AbortSignal(MAKE);
      stateOf(signal)!.setTimeout(delay);
      return signal;
    }

    static any(signals: Iterable<AbortSignal>): AbortSignal {
      requireArguments(arguments.length, 1, "AbortSignal.any");
      if (signals === null || (typeof signals !== "object" && typeof signals !== "function")) {
        throw new TypeError("AbortSignal.any: the argument must be an iterable of signals");
      }
      const states: AbortState[] = [];
      for (const signal of signals) {
        const state = stateOf(signal);
        if (state === undefined)
          throw new TypeError("AbortSignal.any: one of the values is not an AbortSignal");
        push(states, state);
      }
      return following(states);
    }

    get aborted(): boolean {
      return this.#state.aborted;
    }

    get reason(): unknown {
      return this.#state.reason;
    }

    throwIfAborted(): void {
      if (this.#state.aborted) throw this.#state.reason;
    }

    get onabort(): object | null {
      return this.#onabort;
    }

    set onabort(value: unknown) {
      const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
      this.#onabort = isObject ? value : null;
      if (!isObject) {
        this.#removeHandler?.();
        this.#removeHandler = undefined;
      } else this.#removeHandler ??= listen(this, "abort", (event: Event) => this.#handle(event));
    }

    /** "The event handler processing algorithm" of HTML. */
    #handle(event: Event): void {
      if (typeof this.#onabort !== "function") return;
      const result: unknown = reflectApply(this.#onabort as (event: Event) => unknown, this, [event]);
      if (result === false) eventState(event)!.cancel();
    }

    [inspectSymbol](): object {
      const { aborted, reason } = this.#state;
      return aborted ? { aborted, reason } : { aborted };
    }

    static {
      stateOf = (value) =>
        typeof value === "object" && value !== null && #state in value ? value.#state : undefined;
    }
  }

  finishClass(AbortSignal, "AbortSignal", ["aborted", "reason", "throwIfAborted", "onabort"]);
  makeEnumerable(AbortSignal, ["abort", "timeout", "any"]);

  function following(sources: readonly AbortState[]): AbortSignal {
    const signal = new AbortSignal(MAKE);
    stateOf(signal)!.follow(sources);
    return signal;
  }

  return {
    AbortSignal,
    /** Undefined when it is no signal. */
    stateOf: stateOf!,
    createAbortSignal: () => new AbortSignal(MAKE),
    /** `AbortSignal.any` for the runtime. */
    followSignals: (signals: readonly AbortSignal[]): AbortSignal => {
      const states: AbortState[] = [];
      for (let i = 0; i < signals.length; i++) push(states, stateOf(signals[i])!);
      return following(states);
    },
    addAbortAlgorithm: (signal: AbortSignal, algorithm: AbortAlgorithm): (() => void) =>
      stateOf(signal)!.addAlgorithm(algorithm),
  };
}
