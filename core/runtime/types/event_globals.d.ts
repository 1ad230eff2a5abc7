/**
 * Events, aborting, cloning and clocks, as scripts see them; part of `lodestone.d.ts`. The classes behave as their
 * standards say, as far as there is a meaning without documents; what is theirs alone is left out.
 */

/** What an event is made with. */
interface EventInit {
  bubbles?: boolean;
  /** Whether `preventDefault()` has an effect. */
  cancelable?: boolean;
  composed?: boolean;
}

/** Something that happened to an EventTarget (DOM standard). */
interface Event {
  readonly NONE: 0;
  readonly CAPTURING_PHASE: 1;
  readonly AT_TARGET: 2;
  readonly BUBBLING_PHASE: 3;
  readonly type: string;
  /** Where it was dispatched; null before. */
  readonly target: EventTarget | null;
  /** The target while listeners are called, else null. */
  readonly currentTarget: EventTarget | null;
  readonly eventPhase: number;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly composed: boolean;
  readonly defaultPrevented: boolean;
  /** Whether the runtime made it, not a script. */
  readonly isTrusted: boolean;
  /** When it was made, on the clock of `performance.now()`. */
  readonly timeStamp: number;
  /** @deprecated `target` */
  readonly srcElement: EventTarget | null;
  /** @deprecated `stopPropagation()` */
  cancelBubble: boolean;
  /** @deprecated `preventDefault()` and `defaultPrevented` */
  returnValue: boolean;
  composedPath(): EventTarget[];
  /** Makes `dispatchEvent` return false, when the event is cancelable and the listener not passive. */
  preventDefault(): void;
  stopPropagation(): void;
  /** No listener after this one is called. */
  stopImmediatePropagation(): void;
  /** @deprecated the constructor */
  initEvent(type: string, bubbles?: boolean, cancelable?: boolean): void;
}
declare var Event: {
  readonly prototype: Event;
  new (type: string, init?: EventInit | null): Event;
  readonly NONE: 0;
  readonly CAPTURING_PHASE: 1;
  readonly AT_TARGET: 2;
  readonly BUBBLING_PHASE: 3;
};

/** What a CustomEvent is made with. */
interface CustomEventInit<T = any> extends EventInit {
  detail?: T;
}

/** An event that carries a value of any kind. */
interface CustomEvent<T = any> extends Event {
  /** The value; null when there was none. */
  readonly detail: T;
  /** @deprecated the constructor */
  initCustomEvent(type: string, bubbles?: boolean, cancelable?: boolean, detail?: T): void;
}
declare var CustomEvent: {
  readonly prototype: CustomEvent<any>;
  new <T = any>(type: string, init?: CustomEventInit<T> | null): CustomEvent<T>;
};

/** Called with the event; `this` is the target. */
type EventListener = (event: Event) => void;
/** Its method is looked up at each event. */
interface EventListenerObject {
  handleEvent(event: Event): void;
}

interface EventListenerOptions {
  /** Called before the listeners without it. */
  capture?: boolean;
}
interface AddEventListenerOptions extends EventListenerOptions {
  /** Removed when it is called. */
  once?: boolean;
  /** Cannot cancel the event. */
  passive?: boolean;
  /** Removes the listener when it aborts. */
  signal?: AbortSignal;
}

/**
 * What events can be dispatched at. What listeners throw goes to the log and does not stop the others.
 *
 *     class Prices extends EventTarget {
 *       update() { this.dispatchEvent(new CustomEvent("change", { detail: 7 })); }
 *     }
 */
interface EventTarget {
  /** Adds a listener, unless the same is there for the same type and `capture`. */
  addEventListener(
    type: string,
    listener: EventListener | EventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListener | EventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void;
  /**
   * Calls the listeners; returns false when one of them has canceled the event.
   * @throws InvalidStateError when the event is being dispatched already.
   */
  dispatchEvent(event: Event): boolean;
}
declare var EventTarget: {
  readonly prototype: EventTarget;
  new (): EventTarget;
};

/**
 * Ends what takes a signal: `fetch`, `scheduler.wait`, listeners, streams.
 *
 *     const controller = new AbortController();
 *     setTimeout(() => controller.abort(), 500);
 *     const answer = await fetch(request, { signal: controller.signal });
 */
interface AbortController {
  readonly signal: AbortSignal;
  /** @param reason an AbortError unless given. Only the first call counts. */
  abort(reason?: unknown): void;
}
declare var AbortController: {
  readonly prototype: AbortController;
  new (): AbortController;
};

/** Tells of an end that somebody else decides. */
interface AbortSignal extends EventTarget {
  readonly aborted: boolean;
  /** Undefined while not aborted. */
  readonly reason: any;
  /** Throws the reason when aborted. */
  throwIfAborted(): void;
  onabort: ((this: AbortSignal, event: Event) => unknown) | null;
}
declare var AbortSignal: (abstract new () => AbortSignal) & {
  /** A signal that has aborted already. */
  abort(reason?: unknown): AbortSignal;
  /** Aborts with a TimeoutError after so many milliseconds; uses no timer unless something waits for it. */
  timeout(milliseconds: number): AbortSignal;
  /** Aborts when the first of the signals does, with its reason. */
  any(signals: Iterable<AbortSignal>): AbortSignal;
};

/** The numbers that errors of the past had for a name; on the class and on each error. */
interface DOMExceptionCodes {
  readonly INDEX_SIZE_ERR: 1;
  readonly DOMSTRING_SIZE_ERR: 2;
  readonly HIERARCHY_REQUEST_ERR: 3;
  readonly WRONG_DOCUMENT_ERR: 4;
  readonly INVALID_CHARACTER_ERR: 5;
  readonly NO_DATA_ALLOWED_ERR: 6;
  readonly NO_MODIFICATION_ALLOWED_ERR: 7;
  readonly NOT_FOUND_ERR: 8;
  readonly NOT_SUPPORTED_ERR: 9;
  readonly INUSE_ATTRIBUTE_ERR: 10;
  readonly INVALID_STATE_ERR: 11;
  readonly SYNTAX_ERR: 12;
  readonly INVALID_MODIFICATION_ERR: 13;
  readonly NAMESPACE_ERR: 14;
  readonly INVALID_ACCESS_ERR: 15;
  readonly VALIDATION_ERR: 16;
  readonly TYPE_MISMATCH_ERR: 17;
  readonly SECURITY_ERR: 18;
  readonly NETWORK_ERR: 19;
  readonly ABORT_ERR: 20;
  readonly URL_MISMATCH_ERR: 21;
  readonly QUOTA_EXCEEDED_ERR: 22;
  readonly TIMEOUT_ERR: 23;
  readonly INVALID_NODE_TYPE_ERR: 24;
  readonly DATA_CLONE_ERR: 25;
}

/** An error of the web platform: tells its kind by its name. */
interface DOMException extends Error, DOMExceptionCodes {
  readonly name: string;
  readonly message: string;
  /** A number for names from the past: 20 for AbortError; else 0. */
  readonly code: number;
}
declare var DOMException: DOMExceptionCodes & {
  readonly prototype: DOMException;
  new (message?: string, name?: string): DOMException;
};

/**
 * A deep copy: of plain data, Date, RegExp, Map, Set, ArrayBuffer, typed arrays, Error, Blob and File, in circles too.
 * Objects of other classes become plain objects.
 *
 * @param options `transfer`: ArrayBuffers that are moved into the copy instead; they are empty afterwards.
 * @throws DataCloneError for functions, symbols and objects that stand for more than data: a Promise, a Request.
 */
declare function structuredClone<T>(value: T, options?: { transfer?: Iterable<ArrayBuffer> } | null): T;

/** The clock of the isolate. */
interface Performance {
  /** Milliseconds since the isolate began, in steps of 0.1; never goes back. */
  now(): number;
  /** When the isolate began, in milliseconds since 1970. */
  readonly timeOrigin: number;
  toJSON(): { timeOrigin: number };
}
declare var Performance: abstract new () => Performance;
declare var performance: Performance;

/** Tells where a script runs. */
interface Navigator {
  /** "Lodestone" */
  readonly userAgent: string;
}
declare var navigator: Navigator;

/** Waits without keeping anything busy. */
interface Scheduler {
  /**
   * Promises to have waited at least so many milliseconds; rejects with the signal's reason when it aborts before.
   *
   *     await scheduler.wait(100, { signal });
   */
  wait(milliseconds: number, options?: { signal?: AbortSignal } | null): Promise<void>;
}
declare var scheduler: Scheduler;

/** Writes an error to the proxy's log as if nobody had caught it, and goes on. */
declare function reportError(error: unknown): void;
