import { createEventClasses } from "../../../core/runtime/events/event_classes.ts";

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** The guest's event classes on a clock that the test moves. */
export function eventClasses() {
  const reported: unknown[] = [];
  const timers = new Set<Timer>();
  let now = 0;
  const { events, targets, signals, CustomEvent, AbortController } = createEventClasses({
    now: () => now,
    startTimer(callback, milliseconds) {
      const timer = { due: now + milliseconds, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    report: (error) => reported.push(error),
  });
  return {
    ...events,
    ...targets,
    signals,
    AbortSignal: signals.AbortSignal,
    CustomEvent,
    AbortController,
    /** What listeners have thrown. */
    reported,
    /** Number of timers under way. */
    timers: () => timers.size,
    /** Time passes; `busy` as in a script that doesn't let timers run. */
    pass(milliseconds: number, busy = false) {
      now += milliseconds;
      if (busy) return;
      for (const timer of timers) {
        if (timer.due > now) continue;
        timers.delete(timer);
        timer.callback();
      }
    },
  };
}
