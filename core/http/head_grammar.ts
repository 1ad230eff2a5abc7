/**
 * Character classes of message heads, as tables and scanners over Latin-1 text.
 *
 * Scanners return the index of the first character outside the class. Reading past the end of the text gives
 * NaN, which is in no class, so every scan ends there.
 */

const TOKEN = 1;
const FIELD_VALUE = 2;
const TARGET = 4;

/** Classes each code unit below 256 belongs to; what is above (text from scripts) belongs to none. */
const CLASSES = makeClasses();

function makeClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  // RFC 9110 section 5.6.2
  for (const character of "!#$%&'*+-.^_`|~") classes[character.charCodeAt(0)]! |= TOKEN;
  for (let code = 0x30; code <= 0x39; code++) classes[code]! |= TOKEN;
  for (let code = 0x41; code <= 0x5a; code++) classes[code]! |= TOKEN;
  for (let code = 0x61; code <= 0x7a; code++) classes[code]! |= TOKEN;
  // RFC 9110 section 5.5: visible characters, space, tab and obs-text
  for (let code = 0x20; code <= 0xff; code++) if (code !== 0x7f) classes[code]! |= FIELD_VALUE;
  classes[0x09]! |= FIELD_VALUE;
  // Visible ASCII. RFC 3986 allows less, but browsers send `|`, `[`, `{` and their like raw in queries. A
  // fragment never belongs into a request target.
  for (let code = 0x21; code <= 0x7e; code++) if (code !== 0x23) classes[code]! |= TARGET;
  return classes;
}

/** Index of the first character from `index` on that no token may have. */
export function skipToken(text: string, index: number): number {
  while ((CLASSES[text.charCodeAt(index)]! & TOKEN) !== 0) index++;
  return index;
}

/** Index of the first character from `index` on that no field value may have. */
export function skipFieldValue(text: string, index: number): number {
  while ((CLASSES[text.charCodeAt(index)]! & FIELD_VALUE) !== 0) index++;
  return index;
}

/** Index of the first character from `index` on that no request target may have. */
export function skipTarget(text: string, index: number): number {
  while ((CLASSES[text.charCodeAt(index)]! & TARGET) !== 0) index++;
  return index;
}

/** Whether `text` is a token (RFC 9110 section 5.6.2): a method or a field name. */
export function isToken(text: string): boolean {
  return text.length > 0 && skipToken(text, 0) === text.length;
}

/** Whether `text` may be a field's value (RFC 9110 section 5.5), Latin-1, maybe empty. */
export function isFieldValue(text: string): boolean {
  return skipFieldValue(text, 0) === text.length;
}

/** Value of a field between two indices, without the white space around it (RFC 9110 section 5.6.3). */
export function fieldValue(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && (text.charCodeAt(start) === 0x20 || text.charCodeAt(start) === 0x09)) start++;
  while (end > start && (text.charCodeAt(end - 1) === 0x20 || text.charCodeAt(end - 1) === 0x09)) end--;
  return text.slice(start, end);
}
