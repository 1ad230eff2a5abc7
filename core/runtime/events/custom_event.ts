// biome-ignore-all lint/complexity/noArguments: Web IDL counts the arguments, and default values hide them.
import { inspectSymbol } from "../console/inspect_symbol.ts";
import { finishClass, requireArguments, toDictionary, toDOMString } from "../language/web_idl.ts";
import type { EventClass, EventInit } from "./event.ts";

export interface CustomEventInit extends EventInit {
  detail?: unknown;
}

/** The CustomEvent class of the DOM standard. */
export function createCustomEventClass({ Event, stateOf }: EventClass) {
  class CustomEvent extends Event {
    #detail: unknown = null;

    constructor(type: string, init: CustomEventInit | null = null) {
      requireArguments(arguments.length, 1, "new CustomEvent()");
      super(type, init);
      const { detail } = toDictionary<CustomEventInit>(init, "new CustomEvent()");
      if (detail !== undefined) this.#detail = detail;
    }

    get detail(): unknown {
      return this.#detail;
    }

    initCustomEvent(type: string, bubbles = false, cancelable = false, detail: unknown = null): void {
      requireArguments(arguments.length, 1, "CustomEvent.initCustomEvent");
      const state = stateOf(this)!;
      if (state.initialize(toDOMString(type), Boolean(bubbles), Boolean(cancelable))) this.#detail = detail;
    }

    override [inspectSymbol](): object {
      return { ...super[inspectSymbol](), detail: this.#detail };
    }
  }

  finishClass(CustomEvent, "CustomEvent", ["detail", "initCustomEvent"]);
  return CustomEvent;
}
