/** Milliseconds after which a worker counts as having worked. */
const SETTLED = 10_000;
const FIRST_DELAY = 100;
const LONGEST_DELAY = 5000;

/**
 * How long the replacement of a worker waits, in milliseconds. The first one never does; when workers keep
 * dying soon after their start, starting them as fast as possible would only keep the machine busy.
 *
 * @param failures workers of this slot in a row that died soon, before this one.
 * @param age milliseconds this one lived.
 */
export function restartDelay(failures: number, age: number): { failures: number; delay: number } {
  if (age >= SETTLED) return { failures: 0, delay: 0 };
  const delay = failures === 0 ? 0 : Math.min(FIRST_DELAY * 2 ** (failures - 1), LONGEST_DELAY);
  return { failures: failures + 1, delay };
}
