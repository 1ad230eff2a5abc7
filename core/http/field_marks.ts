import { codeUnits } from "./code_units.ts";
import { skipFieldValue, skipToken } from "./head_grammar.ts";

/** Not a block of field lines. */
export const INVALID = 1;
/** Date. */
export const DATE = 2;
/** Server. */
export const SERVER = 4;
/** Content-Length or Transfer-Encoding, which say where the message ends. */
export const FRAMING = 8;
/** Connection. */
export const CONNECTION = 16;
/** Another field that concerns one connection only. */
export const HOP_BY_HOP = 32;
/** Host. */
export const HOST = 64;
/** A second Host. */
export const HOSTS = 128;
/** Expect. */
export const EXPECT = 256;
/** Perhaps one of those by which a proxy tells of its client; its name has the length and the first letters. */
export const FORWARDED = 512;
/** Authorization. */
export const AUTHORIZATION = 2048;
/** A line with other white space than one space behind the colon. */
export const UNTIDY = 1024;

/**
 * Looks through a block of field lines once: whether it is valid, each line `Name: value\r\n` without line folding or space
 * before the colon (RFC 9112 section 5), and which fields are in it that the proxy itself has to do with. Returns the
 * flags above; nothing else counts when `INVALID` is set. The empty block is valid.
 */
export function markFields(text: string): number {
  const units = codeUnits(text);
  let marks = 0;
  let index = 0;
  while (index < text.length) {
    const colon = skipToken(units, index);
    if (colon === index || units[colon] !== 0x3a) return INVALID;
    const end = skipFieldValue(units, colon + 1);
    if (units[end] !== 0x0d || units[end + 1] !== 0x0a) return INVALID;
    marks = joinMarks(marks, markOf(units, index, colon) | tidinessOf(units, colon, end));
    index = end + 2;
  }
  return marks;
}

/** Whether `text` is a block of field lines. */
export function isValidFieldBlock(text: string): boolean {
  return markFields(text) !== INVALID;
}

/** Marks of a block and of another one behind it. */
export function joinMarks(marks: number, more: number): number {
  return marks | more | (marks & more & HOST ? HOSTS : 0);
}

/** The block without the lines that have one of `unwanted`. `text` must be valid. */
export function withoutMarked(text: string, unwanted: number): string {
  const units = codeUnits(text);
  let kept = "";
  let from = 0;
  for (let start = 0; start < text.length; ) {
    const colon = skipToken(units, start);
    const end = skipFieldValue(units, colon + 1) + 2;
    if ((markOf(units, start, colon) & unwanted) !== 0) {
      kept += text.slice(from, start);
      from = end;
    }
    start = end;
  }
  return from === 0 ? text : kept + text.slice(from);
}

/** The length of a name tells nearly all others apart. */
export function markOf(units: Uint16Array, start: number, end: number): number {
  switch (end - start) {
    case 2:
      return isNamed(units, start, end, "te") ? HOP_BY_HOP : 0;
    case 4:
      if (isNamed(units, start, end, "host")) return HOST;
      return isNamed(units, start, end, "date") ? DATE : 0;
    case 6:
      if (isNamed(units, start, end, "expect")) return EXPECT;
      return isNamed(units, start, end, "server") ? SERVER : 0;
    case 7:
      return isNamed(units, start, end, "trailer") || isNamed(units, start, end, "upgrade") ? HOP_BY_HOP : 0;
    case 9:
      return isNamed(units, start, end, "forwarded") ? FORWARDED : 0;
    case 10:
      if (isNamed(units, start, end, "connection")) return CONNECTION;
      return isNamed(units, start, end, "keep-alive") ? HOP_BY_HOP : 0;
    case 12:
      return isNamed(units, start, end, "x-request-id") ? FORWARDED : 0;
    case 13:
      return isNamed(units, start, end, "authorization") ? AUTHORIZATION : 0;
    case 14:
      if (isNamed(units, start, end, "content-length")) return FRAMING;
      return isNamed(units, start, end, "http2-settings") ? HOP_BY_HOP : 0;
    case 15:
    case 16:
    case 17:
      return markOfLong(units, start, end);
    case 18:
      return isNamed(units, start, end, "proxy-authenticate") ? HOP_BY_HOP : 0;
    case 19:
      return isNamed(units, start, end, "proxy-authorization") ? HOP_BY_HOP : 0;
    default:
      return 0;
  }
}

/** UNTIDY for a line that is not as `HeaderList` writes lines: its colon and the end of its value. */
export function tidinessOf(units: Uint16Array, colon: number, end: number): number {
  const isTidy =
    units[colon + 1] === 0x20 &&
    (end === colon + 2 || (!isSpace(units[colon + 2]!) && !isSpace(units[end - 1]!)));
  return isTidy ? 0 : UNTIDY;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

function markOfLong(units: Uint16Array, start: number, end: number): number {
  if (isNamed(units, start, start + 12, "x-forwarded-")) return FORWARDED;
  if (isNamed(units, start, end, "proxy-connection")) return HOP_BY_HOP;
  return isNamed(units, start, end, "transfer-encoding") ? FRAMING : 0;
}

/**
 * Whether the name between two indices is `name`, in lower case. Setting the bit makes letters lower-case and leaves
 * digits and hyphens; no other character that a token may have becomes one of these.
 */
function isNamed(units: Uint16Array, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    if ((units[start + i]! | 0x20) !== name.charCodeAt(i)) return false;
  }
  return true;
}
