import { DOMException } from "../language/dom_exception.ts";
import { charCodeAt } from "../language/primordials.ts";
import { toDOMString } from "../language/web_idl.ts";
import { textOfCodeUnits } from "./utf8.ts";

const Bytes = Uint8Array;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 0x3d;
const INVALID = 0xff;
const WHITE_SPACE = 0xfe;

/** Code of each character of the alphabet. */
const letters = new Bytes(64);
/** Value of each ASCII code, `INVALID` or `WHITE_SPACE`. */
const values = new Bytes(128).fill(INVALID);
for (let i = 0; i < 64; i++) {
  letters[i] = ALPHABET.charCodeAt(i);
  values[letters[i]!] = i;
}
for (const code of [0x09, 0x0a, 0x0c, 0x0d, 0x20]) values[code] = WHITE_SPACE;

/** Base64 of text with one byte a character (HTML standard, section 8.3). */
export function btoa(data: string): string {
  const text = toDOMString(data);
  const length = text.length;
  const output = new Bytes(4 * Math.ceil(length / 3));
  let at = 0;
  let all = 0;
  for (let i = 0; i < length; i += 3) {
    const first = charCodeAt(text, i);
    const second = i + 1 < length ? charCodeAt(text, i + 1) : 0;
    const third = i + 2 < length ? charCodeAt(text, i + 2) : 0;
    all |= first | second | third;
    output[at++] = letters[(first >> 2) & 63]!;
    output[at++] = letters[((first & 3) << 4) | ((second >> 4) & 15)]!;
    output[at++] = i + 1 < length ? letters[((second & 15) << 2) | ((third >> 6) & 3)]! : PADDING;
    output[at++] = i + 2 < length ? letters[third & 63]! : PADDING;
  }
  if (all > 0xff) throw invalid("btoa: the text has a character above U+00FF");
  return textOfCodeUnits(output, at);
}

/** Text with one byte a character from base64, "forgiving" as the Infra standard has it. */
export function atob(data: string): string {
  const text = toDOMString(data);
  const sextets = new Bytes(text.length);
  let count = 0;
  let padding = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    const value = code < 128 ? values[code]! : INVALID;
    if (value === WHITE_SPACE) continue;
    if (code === PADDING) padding++;
    else if (value === INVALID || padding > 0) throw invalid("atob: the text is not base64");
    else sextets[count++] = value;
  }
  // Padding is optional, but when there is some it must be the right amount.
  if (count % 4 === 1 || (padding > 0 && (padding > 2 || (count + padding) % 4 !== 0))) {
    throw invalid("atob: the text is not base64");
  }
  return textOfCodeUnits(sextets, joinSextets(sextets, count));
}

/** Joins four six-bit values to three bytes, in place; a rest of two or three gives one or two bytes. */
function joinSextets(sextets: Uint8Array, count: number): number {
  let length = 0;
  for (let i = 0; i + 1 < count; i += 4) {
    const first = sextets[i]!;
    const second = sextets[i + 1]!;
    const third = i + 2 < count ? sextets[i + 2]! : 0;
    const fourth = i + 3 < count ? sextets[i + 3]! : 0;
    sextets[length++] = (first << 2) | (second >> 4);
    if (i + 2 < count) sextets[length++] = ((second & 15) << 4) | (third >> 2);
    if (i + 3 < count) sextets[length++] = ((third & 3) << 6) | fourth;
  }
  return length;
}

function invalid(message: string): DOMException {
  return new DOMException(message, "InvalidCharacterError");
}
