// biome-ignore-all lint/complexity/noArguments: Web IDL counts the arguments, and default values hide them.
import { inspectSymbol } from "../console/inspect_symbol.ts";
import { defineProperty, freezeObject, getOwnPropertyDescriptor } from "../language/primordials.ts";
import {
  defineConstants,
  finishClass,
  requireArguments,
  toDictionary,
  toDOMString,
} from "../language/web_idl.ts";
import { EventState, PHASE } from "./event_state.ts";
import type { EventTarget } from "./event_target.ts";

export interface EventInit {
  bubbles?: unknown;
  cancelable?: unknown;
  composed?: unknown;
}

export type EventClass = ReturnType<typeof createEventClass>;
export type Event = InstanceType<EventClass["Event"]>;

const MEMBERS =
  "type target srcElement currentTarget composedPath eventPhase stopPropagation cancelBubble " +
  "stopImmediatePropagation bubbles cancelable returnValue preventDefault defaultPrevented composed timeStamp initEvent";

/**
 * The Event class of the DOM standard. There is no tree here, so the path of an event is its target alone. `now` is
 * the time in milliseconds since the isolate's time origin.
 */
export function createEventClass(now: () => number) {
  let stateOf: (event: unknown) => EventState | undefined;

  class Event {
    readonly #state: EventState;
    declare readonly isTrusted: boolean;

    constructor(type: string, init: EventInit | null = null) {
      requireArguments(arguments.length, 1, "new Event()");
      const name = toDOMString(type);
      const options = toDictionary<EventInit>(init, "new Event()");
      const bubbles = Boolean(options.bubbles);
      const cancelable = Boolean(options.cancelable);
      this.#state = new EventState(name, bubbles, cancelable, now());
      this.#state.composed = Boolean(options.composed);
      defineProperty(this, "isTrusted", IS_TRUSTED);
    }

    get type(): string {
      return this.#state.type;
    }

    get target(): EventTarget | null {
      return this.#state.target;
    }

    get srcElement(): EventTarget | null {
      return this.#state.target;
    }

    get currentTarget(): EventTarget | null {
      return this.#state.currentTarget;
    }

    composedPath(): EventTarget[] {
      const { currentTarget } = this.#state;
      return currentTarget === null ? [] : [currentTarget];
    }

    get eventPhase(): number {
      return this.#state.phase;
    }

    stopPropagation(): void {
      this.#state.propagationStopped = true;
    }

    get cancelBubble(): boolean {
      return this.#state.propagationStopped;
    }

    set cancelBubble(value: boolean) {
      if (value) this.#state.propagationStopped = true;
      else void this.#state;
    }

    stopImmediatePropagation(): void {
      this.#state.propagationStopped = true;
      this.#state.immediatePropagationStopped = true;
    }

    get bubbles(): boolean {
      return this.#state.bubbles;
    }

    get cancelable(): boolean {
      return this.#state.cancelable;
    }

    get returnValue(): boolean {
      return !this.#state.canceled;
    }

    set returnValue(value: boolean) {
      if (!value) this.#state.cancel();
      else void this.#state;
    }

    preventDefault(): void {
      this.#state.cancel();
    }

    get defaultPrevented(): boolean {
      return this.#state.canceled;
    }

    get composed(): boolean {
      return this.#state.composed;
    }

    get timeStamp(): number {
      return this.#state.timeStamp;
    }

    initEvent(type: string, bubbles = false, cancelable = false): void {
      requireArguments(arguments.length, 1, "Event.initEvent");
      this.#state.initialize(toDOMString(type), Boolean(bubbles), Boolean(cancelable));
    }

    [inspectSymbol](): object {
      const { type, target, canceled, trusted, timeStamp } = this.#state;
      return { type, target, defaultPrevented: canceled, isTrusted: trusted, timeStamp };
    }

    static {
      stateOf = (event) =>
        typeof event === "object" && event !== null && #state in event ? event.#state : undefined;
    }
  }

  const isTrusted = getOwnPropertyDescriptor(
    {
      get isTrusted() {
        const state = stateOf(this);
        if (state === undefined) throw new TypeError("Event.isTrusted: not an Event");
        return state.trusted;
      },
    },
    "isTrusted",
  )!;
  // Unforgeable: a property of each event, the same accessor for all of them.
  const IS_TRUSTED = freezeObject({ __proto__: null, get: isTrusted.get!, enumerable: true });

  finishClass(Event, "Event", MEMBERS.split(" "));
  defineConstants(Event, PHASE);

  /** An event of the runtime's own. */
  function createTrustedEvent(type: string): Event {
    const event = new Event(type);
    stateOf(event)!.trusted = true;
    return event;
  }

  return {
    Event,
    /** Undefined when it is no event. */
    stateOf: stateOf!,
    createTrustedEvent,
  };
}
