import type { ByteRange } from "./byte_range.ts";

/** A range that has grown by those it was merged with; it stands where the first of them was asked for. */
interface Merged {
  readonly start: number;
  end: number;
  order: number;
}

/**
 * Ranges that overlap or adjoin become one (RFC 9110 section 15.3.7.2), so that no byte is sent twice. The others
 * keep the order they were asked for in.
 */
export function mergeRanges(ranges: readonly ByteRange[]): ByteRange[] {
  const sorted: Merged[] = ranges.map(({ start, length }, order) => ({ start, end: start + length, order }));
  sorted.sort((a, b) => a.start - b.start);
  const merged: Merged[] = [];
  let current: Merged | undefined;
  for (const range of sorted) {
    if (current !== undefined && range.start <= current.end) {
      current.end = Math.max(current.end, range.end);
      current.order = Math.min(current.order, range.order);
    } else {
      current = range;
      merged.push(range);
    }
  }
  merged.sort((a, b) => a.order - b.order);
  return merged.map(({ start, end }) => ({ start, length: end - start }));
}
