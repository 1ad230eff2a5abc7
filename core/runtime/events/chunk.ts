import type { ChunkContext } from "../chunks.ts";
import type { AbortSignal } from "./abort_signal.ts";
import { createEventClasses } from "./event_classes.ts";

export type { AbortSignal } from "./abort_signal.ts";

/** Events and aborting, with what the rest of the runtime needs of signals. */
export function create({ host, timers, report }: ChunkContext) {
  const { events, targets, signals, CustomEvent, AbortController } = createEventClasses({
    now: () => host.now(),
    startTimer(callback, milliseconds) {
      const timer = timers.start(callback, milliseconds, [], false);
      return () => timers.stop(timer);
    },
    report,
  });
  const { stateOf, createAbortSignal, followSignals, addAbortAlgorithm } = signals;
  return {
    globals: {
      AbortController,
      AbortSignal: signals.AbortSignal,
      CustomEvent,
      Event: events.Event,
      EventTarget: targets.EventTarget,
    },
    isAbortSignal: (value: unknown): value is AbortSignal => stateOf(value) !== undefined,
    /** As `aborted` and `reason` of the class, which scripts can hide behind properties of the object. */
    isAborted: (signal: AbortSignal): boolean => stateOf(signal)!.aborted,
    abortReason: (signal: AbortSignal): unknown => stateOf(signal)!.reason,
    /**
     * Calls back with the reason when the signal aborts, before its event; not when it has aborted already, which
     * is to be asked first. Returns what takes that back: to be called when the work is done, since a signal of
     * `AbortSignal.timeout` uses a timer as long.
     */
    addAbortAlgorithm,
    /** A signal of the runtime's own, for `abort` below. */
    createAbortSignal,
    /** Aborts once; a reason of undefined means an AbortError. */
    abort: (signal: AbortSignal, reason: unknown): void => stateOf(signal)!.abort(reason),
    /** A signal that aborts when one of these does; as `AbortSignal.any`. */
    followSignals,
    createTrustedEvent: events.createTrustedEvent,
    /** Dispatches without making the event untrusted; returns false when it was canceled. */
    dispatch: targets.dispatch,
  };
}
