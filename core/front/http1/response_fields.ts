import { skipFieldValue, skipToken } from "../../http/head_grammar.ts";

/** Not a block of field lines. */
export const INVALID = 1;
/** Has Date. */
export const HAS_DATE = 2;
/** Has Server. */
export const HAS_SERVER = 4;
/** Has a field that is the lane's: Content-Length, Transfer-Encoding, Connection. */
export const HAS_FRAMING = 8;

/**
 * Looks through a block of response fields once: whether it is valid, for it may come from a script, and which
 * of the lane's own fields it brings. Returns the flags above; nothing else counts when `INVALID` is set.
 */
export function inspectFields(text: string): number {
  let flags = 0;
  let index = 0;
  while (index < text.length) {
    const colon = skipToken(text, index);
    if (colon === index || text.charCodeAt(colon) !== 0x3a) return INVALID;
    const end = skipFieldValue(text, colon + 1);
    if (text.charCodeAt(end) !== 0x0d || text.charCodeAt(end + 1) !== 0x0a) return INVALID;
    flags |= flagOf(text, index, colon);
    index = end + 2;
  }
  return flags;
}

/** The length of a name tells nearly all others apart. */
function flagOf(text: string, start: number, end: number): number {
  switch (end - start) {
    case 4:
      return isNamed(text, start, end, "date") ? HAS_DATE : 0;
    case 6:
      return isNamed(text, start, end, "server") ? HAS_SERVER : 0;
    case 10:
      return isNamed(text, start, end, "connection") ? HAS_FRAMING : 0;
    case 14:
      return isNamed(text, start, end, "content-length") ? HAS_FRAMING : 0;
    case 17:
      return isNamed(text, start, end, "transfer-encoding") ? HAS_FRAMING : 0;
    default:
      return 0;
  }
}

function isNamed(text: string, start: number, end: number, name: string): boolean {
  if ((text.charCodeAt(start) | 0x20) !== name.charCodeAt(0)) return false;
  return text.slice(start, end).toLowerCase() === name;
}
