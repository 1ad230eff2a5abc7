// biome-ignore-all lint/complexity/noArguments: Web IDL counts the arguments, and default values hide them.
import { DOMException } from "../language/dom_exception.ts";
import { push, reflectApply } from "../language/primordials.ts";
import { finishClass, requireArguments, toDOMString } from "../language/web_idl.ts";
import type { AbortSignal } from "./abort_signal.ts";
import type { Event, EventClass } from "./event.ts";
import { type EventListener, readCallback, readCapture, readListenerOptions } from "./event_listener.ts";
import type { EventState } from "./event_state.ts";

export type EventTargetClass = ReturnType<typeof createEventTargetClass>;
export type EventTarget = InstanceType<EventTargetClass["EventTarget"]>;

/** What targets need of signals, which are targets themselves and so are made later. */
export interface ListenerSignals {
  isAbortSignal(value: unknown): value is AbortSignal;
  isAborted(signal: AbortSignal): boolean;
  addAbortAlgorithm(signal: AbortSignal, algorithm: () => void): () => void;
}

/**
 * The EventTarget class of the DOM standard, without a tree: an event meets the listeners for capturing, then the
 * others, of its one target. `report` is told what listeners throw.
 */
export function createEventTargetClass(
  { stateOf }: EventClass,
  signals: ListenerSignals,
  report: (error: unknown) => void,
) {
  let dispatch: (target: EventTarget, event: Event) => boolean;
  let listen: (target: EventTarget, type: string, callback: object) => () => void;
  let watch: (target: EventTarget, type: string, watcher: (listening: boolean) => void) => void;

  class EventTarget {
    #listeners: EventListener[] = [];
    #watchedType: string | undefined;
    #watcher: ((listening: boolean) => void) | undefined;

    addEventListener(type: string, callback: unknown, options: unknown = undefined): void {
      void this.#listeners;
      requireArguments(arguments.length, 2, "EventTarget.addEventListener");
      const name = toDOMString(type);
      const checked = readCallback(callback, "EventTarget.addEventListener");
      const { signal, capture, once, passive } = readListenerOptions(options, signals.isAbortSignal);
      if (signal !== undefined && signals.isAborted(signal)) return;
      if (checked === null || this.#find(name, checked, capture) !== undefined) return;
      const listener: EventListener = {
        type: name,
        callback: checked,
        capture,
        once,
        passive,
        removed: false,
        detach: undefined,
      };
      this.#add(listener);
      if (signal !== undefined) {
        listener.detach = signals.addAbortAlgorithm(signal, () => this.#remove(listener));
      }
    }

    removeEventListener(type: string, callback: unknown, options: unknown = undefined): void {
      void this.#listeners;
      requireArguments(arguments.length, 2, "EventTarget.removeEventListener");
      const name = toDOMString(type);
      const checked = readCallback(callback, "EventTarget.removeEventListener");
      const capture = readCapture(options);
      const listener = checked === null ? undefined : this.#find(name, checked, capture);
      if (listener !== undefined) this.#remove(listener);
    }

    dispatchEvent(event: Event): boolean {
      void this.#listeners;
      requireArguments(arguments.length, 1, "EventTarget.dispatchEvent");
      const state = stateOf(event);
      if (state === undefined) throw new TypeError("EventTarget.dispatchEvent: the argument is not an Event");
      if (state.dispatching) {
        throw new DOMException("The event is already being dispatched", "InvalidStateError");
      }
      state.trusted = false;
      return this.#dispatch(event, state);
    }

    #find(type: string, callback: object, capture: boolean): EventListener | undefined {
      for (let i = 0; i < this.#listeners.length; i++) {
        const listener = this.#listeners[i]!;
        if (listener.callback === callback && listener.type === type && listener.capture === capture) {
          return listener;
        }
      }
      return undefined;
    }

    #add(listener: EventListener): void {
      push(this.#listeners, listener);
      this.#tellWatcher(listener.type);
    }

    #remove(listener: EventListener): void {
      if (listener.removed) return;
      listener.removed = true;
      listener.detach?.();
      const kept: EventListener[] = [];
      for (let i = 0; i < this.#listeners.length; i++) {
        if (this.#listeners[i] !== listener) push(kept, this.#listeners[i]!);
      }
      // A dispatch may be walking along the old list.
      this.#listeners = kept;
      this.#tellWatcher(listener.type);
    }

    #tellWatcher(type: string): void {
      if (this.#watcher === undefined || type !== this.#watchedType) return;
      for (let i = 0; i < this.#listeners.length; i++) {
        if (this.#listeners[i]!.type === type) return this.#watcher(true);
      }
      this.#watcher(false);
    }

    #dispatch(event: Event, state: EventState): boolean {
      state.begin(this);
      try {
        this.#invoke(event, state, true);
        this.#invoke(event, state, false);
      } finally {
        state.end();
      }
      return !state.canceled;
    }

    #invoke(event: Event, state: EventState, capture: boolean): void {
      if (state.propagationStopped) return;
      const listeners = this.#listeners;
      // Those added on the way are not for this event.
      const { length } = listeners;
      for (let i = 0; i < length; i++) {
        const listener = listeners[i]!;
        if (listener.removed || listener.capture !== capture || listener.type !== state.type) continue;
        if (listener.once) this.#remove(listener);
        state.inPassiveListener = listener.passive;
        try {
          callListener(listener.callback, this, event);
        } catch (thrown) {
          report(thrown);
        } finally {
          state.inPassiveListener = false;
        }
        if (state.immediatePropagationStopped) return;
      }
    }

    static {
      dispatch = (target, event) => target.#dispatch(event, stateOf(event)!);
      listen = (target, type, callback) => {
        const listener: EventListener = {
          type,
          callback,
          capture: false,
          once: false,
          passive: false,
          removed: false,
          detach: undefined,
        };
        target.#add(listener);
        return () => target.#remove(listener);
      };
      watch = (target, type, watcher) => {
        target.#watchedType = type;
        target.#watcher = watcher;
      };
    }
  }

  finishClass(EventTarget, "EventTarget", ["addEventListener", "removeEventListener", "dispatchEvent"]);

  return {
    EventTarget,
    /** Dispatches without making the event untrusted; returns false when it was canceled. */
    dispatch: dispatch!,
    /** Adds a listener of the runtime's own; returns what removes it. */
    listen: listen!,
    /** The one watcher of a target is told, after each change, whether there are listeners for that type. */
    watch: watch!,
  };
}

function callListener(callback: object, target: EventTarget, event: Event): void {
  if (typeof callback === "function") {
    reflectApply(callback as (event: Event) => void, target, [event]);
    return;
  }
  const { handleEvent } = callback as { handleEvent?: unknown };
  if (typeof handleEvent !== "function") throw new TypeError("The listener has no method handleEvent");
  reflectApply(handleEvent as (event: Event) => void, callback, [event]);
}
