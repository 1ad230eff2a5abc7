import { charCodeAt, indexOf, push, slice, toLowerCase } from "../language/primordials.ts";
import { toByteString } from "../language/web_idl.ts";

/** The grammar of header fields (RFC 9110 section 5), as the Headers class needs it. */

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

const isTokenCode = new Uint8Array(128);
for (let i = 0; i < TOKEN_CHARACTERS.length; i++) isTokenCode[TOKEN_CHARACTERS.charCodeAt(i)] = 1;

/** A valid field name from what a script passed. Throws a TypeError. */
export function toFieldName(value: unknown, method: string): string {
  const name = toByteString(value);
  for (let i = 0; i < name.length; i++) {
    if (isTokenCode[charCodeAt(name, i)] !== 1) throw invalidName(name, method);
  }
  if (name === "") throw invalidName(name, method);
  return name;
}

function invalidName(name: string, method: string): TypeError {
  return new TypeError(`${method}: "${name}" is not a field name (a token of RFC 9110 section 5.6.2)`);
}

/**
 * A valid field value from what a script passed, white space around it removed. Throws a TypeError.
 *
 * Stricter than the Fetch standard, which only refuses NUL, CR and LF: the proxy sends no control character
 * but tab, because receivers differ in how they read them (RFC 9110 section 5.5).
 */
export function toFieldValue(value: unknown, method: string): string {
  const text = toByteString(value);
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(charCodeAt(text, start))) start++;
  while (end > start && isWhiteSpace(charCodeAt(text, end - 1))) end--;
  for (let i = start; i < end; i++) {
    const code = charCodeAt(text, i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) {
      throw new TypeError(`${method}: control character ${code} in a field value (RFC 9110 section 5.5)`);
    }
  }
  return start === 0 && end === text.length ? text : slice(text, start, end);
}

/** HTTP white space of the Fetch standard; CR and LF too, which it removes before it refuses them. */
function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

/** Name, lower-case name and value of each line of a valid block (`Name: value\r\n`), in one flat array. */
export function parseFields(block: string): string[] {
  const fields: string[] = [];
  for (let start = 0; start < block.length; ) {
    const colon = indexOf(block, ":", start);
    const end = indexOf(block, "\r\n", colon);
    const name = slice(block, start, colon);
    push(fields, name);
    push(fields, toLowerCase(name));
    push(fields, valueBetween(block, colon + 1, end));
    start = end + 2;
  }
  return fields;
}

/**
 * The value of the field with this lower-case name in a valid block, several joined by ", ", null without one.
 * For the first look into a block: cheaper than `parseFields`.
 */
export function findField(block: string, name: string): string | null {
  let value: string | null = null;
  for (let start = 0; start < block.length; ) {
    const colon = start + name.length;
    const end = indexOf(block, "\r\n", start);
    if (charCodeAt(block, colon) === 0x3a && toLowerCase(slice(block, start, colon)) === name) {
      const found = valueBetween(block, colon + 1, end);
      value = value === null ? found : `${value}, ${found}`;
    }
    start = end + 2;
  }
  return value;
}

function valueBetween(block: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isWhiteSpace(charCodeAt(block, start))) start++;
  while (end > start && isWhiteSpace(charCodeAt(block, end - 1))) end--;
  return slice(block, start, end);
}

/** The block of a flat array made by `parseFields`. */
export function formatFields(fields: readonly string[]): string {
  let block = "";
  for (let i = 0; i < fields.length; i += 3) block += `${fields[i]}: ${fields[i + 2]}\r\n`;
  return block;
}
