/** Bytes of a representation: `length` of them from `start`, at least one. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

const ONE_RANGE = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/i;

/**
 * The one byte range that a Range field asks for (RFC 9110 section 14.1.2).
 *
 * Undefined when the field is to be ignored and the whole to be sent: another unit, malformed, last before
 * first, and for now several ranges. `"unsatisfiable"` when the range has no byte in common with the
 * representation: 416. A suffix of an empty representation is ignored, since Content-Range cannot express it.
 *
 * @param size bytes of the whole representation
 */
export function selectRange(field: string, size: number): ByteRange | "unsatisfiable" | undefined {
  const match = ONE_RANGE.exec(field);
  if (match === null) return undefined;
  if (match[3] !== undefined) return suffix(Number(match[3]), size);
  const first = Number(match[1]);
  const last = match[2] === "" ? Number.POSITIVE_INFINITY : Number(match[2]);
  if (last < first) return undefined;
  if (first >= size) return "unsatisfiable";
  return { start: first, length: Math.min(last, size - 1) - first + 1 };
}

function suffix(length: number, size: number): ByteRange | "unsatisfiable" | undefined {
  if (length === 0) return "unsatisfiable";
  if (size === 0) return undefined;
  const taken = Math.min(length, size);
  return { start: size - taken, length: taken };
}

/** Value of Content-Range in a 206. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.start + range.length - 1}/${size}`;
}

/** Value of Content-Range in a 416. */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`;
}
