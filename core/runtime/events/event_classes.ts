import { createAbortControllerClass } from "./abort_controller.ts";
import { type AbortSignalClass, createAbortSignalClass } from "./abort_signal.ts";
import type { AbortStateServices } from "./abort_state.ts";
import { createCustomEventClass } from "./custom_event.ts";
import { createEventClass } from "./event.ts";
import { createEventTargetClass, type ListenerSignals } from "./event_target.ts";

/** The classes of the DOM standard's chapters on events and on aborting. */
export function createEventClasses(services: AbortStateServices) {
  const events = createEventClass(() => services.now());
  const listenerSignals: ListenerSignals = {
    isAbortSignal: (value): value is never => signals.stateOf(value) !== undefined,
    isAborted: (signal) => signals.stateOf(signal)!.aborted,
    addAbortAlgorithm: (signal, algorithm) => signals.addAbortAlgorithm(signal, algorithm),
  };
  const targets = createEventTargetClass(events, listenerSignals, (error) => services.report(error));
  const signals: AbortSignalClass = createAbortSignalClass(events, targets, services);
  return {
    events,
    targets,
    signals,
    CustomEvent: createCustomEventClass(events),
    AbortController: createAbortControllerClass(signals),
  };
}
