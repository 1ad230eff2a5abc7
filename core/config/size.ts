const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};

/** Regular expression of every size written as text. */
export const SIZE_PATTERN = "^[0-9]+(\\.[0-9]+)?([bB]|[kK][bB]|[mM][bB]|[gG][bB]|[tT][bB])$";

const SIZE = new RegExp(SIZE_PATTERN);

/** Bytes of a text such as `512b`, `64kb`, `1mb` or `1.5gb`, powers of 1024; undefined when it is none or not whole. */
export function parseSize(text: string): number | undefined {
  const unit = SIZE.exec(text)?.[2];
  if (unit === undefined) return undefined;
  const bytes = Number(text.slice(0, -unit.length)) * UNITS[unit.toLowerCase()]!;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest exact text for a number of bytes. */
export function formatSize(bytes: number): string {
  for (const unit of ["tb", "gb", "mb", "kb"]) {
    if (bytes > 0 && bytes % UNITS[unit]! === 0) return `${bytes / UNITS[unit]!}${unit}`;
  }
  return `${bytes}b`;
}
