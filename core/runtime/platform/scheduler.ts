import type { AbortSignal } from "../events/chunk.ts";
import { finishClass, toDictionary } from "../language/web_idl.ts";

/** What waiting needs of signals. */
export interface WaitSignals {
  isAbortSignal(value: unknown): value is AbortSignal;
  isAborted(signal: AbortSignal): boolean;
  abortReason(signal: AbortSignal): unknown;
  addAbortAlgorithm(signal: AbortSignal, algorithm: (reason: unknown) => void): () => void;
}

/** Calls back once; what it returns stops that. */
export type StartTimer = (callback: () => void, milliseconds: number) => () => void;

/** `scheduler.wait`. `signals` gives undefined while there can be no signal. */
export function createScheduler(signals: () => WaitSignals | undefined, startTimer: StartTimer): object {
  class Scheduler {
    /** Promises to have waited; what aborts `signal` before rejects the promise with its reason. */
    async wait(delay: number, options: { signal?: unknown } | null = null): Promise<void> {
      const milliseconds = Number(delay);
      if (!(milliseconds >= 0)) {
        throw new TypeError(`scheduler.wait: a number of milliseconds is needed, not ${String(delay)}`);
      }
      const { signal } = toDictionary<{ signal: unknown }>(options, "scheduler.wait");
      if (signal === undefined) return new Promise((resolve) => void startTimer(resolve, milliseconds));
      const known = signals();
      if (!known?.isAbortSignal(signal)) {
        throw new TypeError("scheduler.wait: the option signal must be an AbortSignal");
      }
      if (known.isAborted(signal)) throw known.abortReason(signal);
      return waitOrAbort(startTimer, milliseconds, known, signal);
    }
  }

  finishClass(Scheduler, "Scheduler", ["wait"]);
  const scheduler = new Scheduler();
  Reflect.deleteProperty(Scheduler.prototype, "constructor");
  return scheduler;
}

function waitOrAbort(
  startTimer: StartTimer,
  milliseconds: number,
  signals: WaitSignals,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let forget: (() => void) | undefined;
    const stop = startTimer(() => {
      forget?.();
      resolve();
    }, milliseconds);
    forget = signals.addAbortAlgorithm(signal, (reason) => {
      stop();
      reject(reason as Error);
    });
  });
}
