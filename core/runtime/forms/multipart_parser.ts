import { min, push, typedArrayLength } from "../language/primordials.ts";
import { encodeUtf8, Utf8Decoder } from "../text/utf8.ts";
import { copyOf, rangeOf } from "./byte_content.ts";
import { ByteSearch } from "./byte_search.ts";
import { type PartHead, parsePartHead } from "./part_head.ts";

/**
 * Entries of a form. Far more than the forms of people have, and few enough that what an entry costs (a File, a name)
 * stays below what the body itself may take: without a bound, a megabyte of the shortest parts is 20,000 objects.
 */
export const MOST_ENTRIES = 10_000;

/** Bytes of a part's head. Names and file names of browsers take some hundred; the limit of a request's head is larger. */
const LONGEST_HEAD = 8_192;

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;

export interface Part extends PartHead {
  /** A view of the body's bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Takes a `multipart/form-data` body apart (RFC 7578, RFC 2046 section 5.1). Throws a TypeError for whatever departs
 * from the format as browsers write it: nothing comes before the first boundary, nothing but one CRLF after the last,
 * and no white space after any.
 */
export function parseMultipart(body: Uint8Array, boundary: string): Part[] {
  const delimiter = encodeUtf8(`\r\n--${boundary}`);
  const search = new ByteSearch(delimiter);
  const end = typedArrayLength(body);
  const parts: Part[] = [];
  if (!startsWithBoundary(body, delimiter)) throw malformed("it does not begin with the boundary");
  let at = typedArrayLength(delimiter) - 2;
  while (!isLast(body, at, end)) {
    if (parts.length === MOST_ENTRIES) throw malformed(`it has more than ${MOST_ENTRIES} parts`);
    const headStart = at + 2;
    const contentStart = endOfHead(body, headStart, end);
    const contentEnd = search.find(body, contentStart, end);
    if (contentEnd === -1) throw malformed("the boundary after a part is missing");
    const head = parsePartHead(decode(body, headStart, contentStart - 2));
    push(parts, { ...head, bytes: rangeOf(body, contentStart, contentEnd) });
    at = contentEnd + typedArrayLength(delimiter);
  }
  return parts;
}

function malformed(what: string): TypeError {
  return new TypeError(`formData(): the multipart body is malformed: ${what}`);
}

function startsWithBoundary(body: Uint8Array, delimiter: Uint8Array): boolean {
  const length = typedArrayLength(delimiter) - 2;
  for (let i = 0; i < length; i++) if (body[i] !== delimiter[i + 2]) return false;
  return true;
}

/** Whether the boundary that ends at `at` is the last one. */
function isLast(body: Uint8Array, at: number, end: number): boolean {
  if (body[at] === CR && body[at + 1] === LF) return false;
  if (body[at] !== DASH || body[at + 1] !== DASH) throw malformed("a boundary does not end its line");
  const isWhole = at + 2 === end || (at + 4 === end && body[at + 2] === CR && body[at + 3] === LF);
  if (!isWhole) throw malformed("something comes after the last boundary");
  return true;
}

/** Index of the content, after the empty line. */
function endOfHead(body: Uint8Array, from: number, end: number): number {
  const last = min(end, from + LONGEST_HEAD) - 4;
  for (let at = from; at <= last; at++) {
    if (body[at] === CR && body[at + 1] === LF && body[at + 2] === CR && body[at + 3] === LF) return at + 4;
  }
  throw malformed(`the head of a part is cut off or longer than ${LONGEST_HEAD} bytes`);
}

function decode(body: Uint8Array, from: number, to: number): string {
  return new Utf8Decoder(false).decode(copyOf(rangeOf(body, from, to)), false);
}
