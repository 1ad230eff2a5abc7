import type { AbortSignal } from "./abort_signal.ts";

/** A listener of one EventTarget. */
export interface EventListener {
  readonly type: string;
  /** A function, or an object whose `handleEvent` is looked up at each event. */
  readonly callback: object;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  removed: boolean;
  /** Forgets the listener at the signal that would have removed it. */
  detach: (() => void) | undefined;
}

export interface ListenerOptions {
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  readonly signal: AbortSignal | undefined;
}

interface GivenOptions {
  capture?: unknown;
  once?: unknown;
  passive?: unknown;
  signal?: unknown;
}

const isObject = (value: unknown): value is GivenOptions =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/** `(EventListenerOptions or boolean)`: whether it is about listeners for capturing. */
export function readCapture(options: unknown): boolean {
  return Boolean(isObject(options) ? options.capture : options);
}

/** `(AddEventListenerOptions or boolean)` */
export function readListenerOptions(
  options: unknown,
  isAbortSignal: (value: unknown) => value is AbortSignal,
): ListenerOptions {
  const capture = readCapture(options);
  if (!isObject(options)) return { capture, once: false, passive: false, signal: undefined };
  const once = Boolean(options.once);
  const passive = Boolean(options.passive);
  const { signal } = options;
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw new TypeError("EventTarget.addEventListener: the option signal must be an AbortSignal");
  }
  return { capture, once, passive, signal };
}

/** `EventListener?`: null for none. */
export function readCallback(callback: unknown, what: string): object | null {
  if (callback === null || callback === undefined) return null;
  if (isObject(callback)) return callback;
  throw new TypeError(`${what}: the listener must be a function or an object with handleEvent`);
}
