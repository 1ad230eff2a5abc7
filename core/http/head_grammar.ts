/**
 * Character classes of message heads: scanners over code units (`code_units.ts`), and tests of whole texts.
 *
 * Scanners return the index of the first unit outside the class. The zero behind a text is in no class, so every scan ends there.
 */

const TOKEN = 1;
const FIELD_VALUE = 2;

/** RFC 9110 section 5.6.2. */
const IS_TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 section 5.5: visible characters, space, tab and obs-text. */
const IS_FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Visible ASCII. RFC 3986 allows less, but browsers send `|`, `[`, `{` and their like raw in queries. A fragment never belongs into a request target. */
const IS_TARGET = /^[\x21\x22\x24-\x7e]*$/;

/** Classes each code unit below 256 belongs to; what is above (text from scripts) belongs to none. */
const CLASSES = makeClasses();

function makeClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  for (let code = 0; code < 256; code++) {
    const character = String.fromCharCode(code);
    if (IS_TOKEN.test(character)) classes[code]! |= TOKEN;
    if (IS_FIELD_VALUE.test(character)) classes[code]! |= FIELD_VALUE;
  }
  return classes;
}

/** Index of the first unit from `index` on that no token may have. */
export function skipToken(units: Uint16Array, index: number): number {
  while (units[index]! < 256 && (CLASSES[units[index]!]! & TOKEN) !== 0) index++;
  return index;
}

/** Index of the first unit from `index` on that no field value may have. */
export function skipFieldValue(units: Uint16Array, index: number): number {
  while (units[index]! < 256 && (CLASSES[units[index]!]! & FIELD_VALUE) !== 0) index++;
  return index;
}

/** Whether `text` is a token (RFC 9110 section 5.6.2): a method or a field name. */
export function isToken(text: string): boolean {
  return IS_TOKEN.test(text);
}

/** Whether `text` may be a field's value (RFC 9110 section 5.5), Latin-1, maybe empty. */
export function isFieldValue(text: string): boolean {
  return IS_FIELD_VALUE.test(text);
}

/** Whether `text` has the characters of a request target alone. */
export function isTarget(text: string): boolean {
  return IS_TARGET.test(text);
}

/** Value of a field between two indices, without the white space around it (RFC 9110 section 5.6.3). */
export function fieldValue(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && (text.charCodeAt(start) === 0x20 || text.charCodeAt(start) === 0x09)) start++;
  while (end > start && (text.charCodeAt(end - 1) === 0x20 || text.charCodeAt(end - 1) === 0x09)) end--;
  return text.slice(start, end);
}
