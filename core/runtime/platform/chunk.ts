// biome-ignore-all lint/complexity/noArguments: Web IDL counts the arguments.
import type { ChunkContext } from "../chunks.ts";
import { requireArguments } from "../language/web_idl.ts";
import { createNavigator } from "./navigator.ts";
import { createPerformance } from "./performance.ts";
import { createScheduler } from "./scheduler.ts";

/** The small globals that tell of time and place. */
export function create({ host, timers, chunks, report }: ChunkContext) {
  const wallClock = Date.now;
  const { performance, Performance } = createPerformance(
    () => host.now(),
    () => wallClock(),
  );
  const scheduler = createScheduler(
    () => chunks.loaded("events"),
    (callback, milliseconds) => {
      const timer = timers.start(callback, milliseconds, [], false);
      return () => timers.stop(timer);
    },
  );
  /** HTML's; there is no event `error` here, only the log. */
  function reportError(error: unknown): void {
    requireArguments(arguments.length, 1, "reportError");
    report(error);
  }
  return { globals: { navigator: createNavigator(), performance, Performance, reportError, scheduler } };
}
