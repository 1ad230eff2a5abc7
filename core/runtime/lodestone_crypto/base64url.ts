import { Bytes, charCodeAt } from "../language/primordials.ts";
import { textOfCodeUnits } from "../text/utf8.ts";
import { type CryptoData, dataBytes } from "./crypto_data.ts";
import { encodedText } from "./encoded_text.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const INVALID = 0x80;

/** Code of each character of the alphabet. */
const letters = new Bytes(64);
/** Value of each ASCII code; `INVALID` for those outside the alphabet. */
const values = new Bytes(128);
for (let i = 0; i < 128; i++) values[i] = INVALID;
for (let i = 0; i < 64; i++) {
  letters[i] = charCodeAt(ALPHABET, i);
  values[letters[i]!] = i;
}

/** Base64 with `-` and `_`, without padding (RFC 4648, section 5). */
export function toBase64Url(data: CryptoData): string {
  const bytes = dataBytes(data, "toBase64Url");
  const whole = bytes.length - (bytes.length % 3);
  const output = new Bytes(Math.ceil((bytes.length * 4) / 3));
  let at = 0;
  for (let i = 0; i < whole; i += 3) {
    const three = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    output[at++] = letters[three >> 18]!;
    output[at++] = letters[(three >> 12) & 63]!;
    output[at++] = letters[(three >> 6) & 63]!;
    output[at++] = letters[three & 63]!;
  }
  if (whole < bytes.length) {
    const first = bytes[whole]!;
    const second = whole + 1 < bytes.length ? bytes[whole + 1]! : 0;
    output[at++] = letters[first >> 2]!;
    output[at++] = letters[((first & 3) << 4) | (second >> 4)]!;
    if (whole + 1 < bytes.length) output[at++] = letters[(second & 15) << 2]!;
  }
  return textOfCodeUnits(output, at);
}

/**
 * Throws a SyntaxError for what `toBase64Url` would not have made: other characters, padding, white space, a length
 * that is not possible, unused bits that aren't zero. So each byte sequence has exactly one text.
 */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const input = encodedText(text, "fromBase64Url");
  const rest = input.length & 3;
  const bytes = new Bytes((input.length * 3) >> 2);
  let invalid = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < input.length; i++) {
    const code = charCodeAt(input, i);
    const value = code < 128 ? values[code]! : INVALID;
    invalid |= value;
    bits = ((bits << 6) | value) & 0xffffff;
    // The second to the fourth character of four each complete a byte.
    const place = i & 3;
    if (place !== 0) bytes[at++] = bits >> (6 - 2 * place);
  }
  const unused = rest === 2 ? bits & 15 : rest === 3 ? bits & 3 : 0;
  if (rest === 1 || (invalid & INVALID) !== 0 || unused !== 0) {
    throw new SyntaxError("fromBase64Url: the text is not base64url without padding");
  }
  return bytes;
}
