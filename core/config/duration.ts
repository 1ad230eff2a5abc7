const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Regular expression of every duration written as text. */
export const DURATION_PATTERN = "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$";

const DURATION = new RegExp(DURATION_PATTERN);

/** Milliseconds of a text such as `50ms`, `1.5s`, `1m` or `1h`; undefined when it is none or not a whole number of them. */
export function parseDuration(text: string): number | undefined {
  const unit = DURATION.exec(text)?.[2];
  if (unit === undefined) return undefined;
  const milliseconds = Number(text.slice(0, -unit.length)) * UNITS[unit]!;
  const whole = Math.round(milliseconds);
  // 1.005 * 1000 is not exactly 1005.
  return Math.abs(milliseconds - whole) < 1e-6 ? whole : undefined;
}

/** The shortest exact text for a number of milliseconds. */
export function formatDuration(milliseconds: number): string {
  for (const unit of ["h", "m", "s"]) {
    if (milliseconds > 0 && milliseconds % UNITS[unit]! === 0) return `${milliseconds / UNITS[unit]!}${unit}`;
  }
  return `${milliseconds}ms`;
}
