import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until `probe` gives something other than undefined and false, and returns that. Rejects after `timeout`
 * milliseconds; then `what` names what did not happen.
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  options: { timeout?: number; every?: number } = {},
): Promise<T> {
  const timeout = options.timeout ?? 30_000;
  const deadline = performance.now() + timeout;
  for (;;) {
    const result = await probe();
    if (result !== undefined && result !== false) return result;
    if (performance.now() > deadline) throw new Error(`Not within ${timeout} ms: ${what}`);
    await sleep(options.every ?? 10);
  }
}

/** Waits until `read` has returned the same number for `quiet` milliseconds, and returns it. */
export async function untilStill(what: string, read: () => number, quiet = 500): Promise<number> {
  let value = read();
  let since = performance.now();
  return until(
    `${what} stays the same for ${quiet} ms`,
    () => {
      const now = read();
      if (now !== value) {
        value = now;
        since = performance.now();
      }
      return performance.now() - since >= quiet ? { value } : undefined;
    },
    { timeout: 30_000, every: 20 },
  ).then((still) => still.value);
}
