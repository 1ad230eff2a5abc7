import type { ByteRange } from "./byte_range.ts";
import { mergeRanges } from "./merge_ranges.ts";

/** Ranges one field may ask for; `bytes=0-0,2-2,4-4,...` is an attack, or at best slower than the whole. */
const MOST_ASKED = 200;

/** Parts one answer may have. */
const MOST_PARTS = 50;

const UNIT = /^bytes=/i;

/** RFC 9110 section 14.1.2: `int-range` or `suffix-range`. */
const RANGE_SPEC = /^(?:(\d+)-(\d*)|-(\d+))$/;

/**
 * The byte ranges that a Range field asks for (RFC 9110 section 14.1.2), each with at least one byte, those that
 * overlap or adjoin as one, in the order in which they were asked for.
 *
 * Undefined when the field is to be ignored and the whole to be sent: another unit, malformed, one range's last
 * before its first, or more ranges than is sensible (section 14.2 allows it). `"unsatisfiable"` when none has a byte
 * in common with the representation: 416. A suffix of an empty representation is ignored, since Content-Range
 * cannot express it.
 *
 * @param size bytes of the whole representation
 */
export function selectRanges(
  field: string,
  size: number,
): readonly ByteRange[] | "unsatisfiable" | undefined {
  if (!UNIT.test(field)) return undefined;
  const specs = listElements(field.slice("bytes=".length));
  const satisfiable: ByteRange[] = [];
  let asked = 0;
  for (const spec of specs) {
    if (spec === "") continue;
    asked++;
    const range = selectRange(spec, size);
    if (range === undefined) return undefined;
    if (range !== "unsatisfiable") satisfiable.push(range);
  }
  if (asked === 0) return undefined;
  if (satisfiable.length === 0) return "unsatisfiable";
  if (satisfiable.length === 1) return satisfiable;
  if (asked > MOST_ASKED) return undefined;
  const merged = mergeRanges(satisfiable);
  return merged.length > MOST_PARTS ? undefined : merged;
}

/**
 * The elements of a list, which may be empty, without the white space around the commas (RFC 9110 section
 * 5.6.1.2). White space before the first and after the last one belongs to no list.
 */
function listElements(list: string): string[] {
  const elements = list.split(",");
  const last = elements.length - 1;
  return elements.map((element, i) => {
    let start = 0;
    let end = element.length;
    if (i > 0) while (start < end && isWhiteSpace(element.charCodeAt(start))) start++;
    if (i < last) while (end > start && isWhiteSpace(element.charCodeAt(end - 1))) end--;
    return element.slice(start, end);
  });
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function selectRange(spec: string, size: number): ByteRange | "unsatisfiable" | undefined {
  const match = RANGE_SPEC.exec(spec);
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
