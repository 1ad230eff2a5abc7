import type { ByteRange } from "./byte_range.ts";

/** Value of Content-Range in a 206, and in each part of one with several (RFC 9110 section 14.4). */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.start + range.length - 1}/${size}`;
}

/** Value of Content-Range in a 416. */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`;
}
