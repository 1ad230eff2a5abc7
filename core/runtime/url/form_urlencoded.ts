import {
  charCodeAt,
  fromCharCode,
  indexOf,
  push,
  slice,
  uriDecode,
  uriEncode,
} from "../language/primordials.ts";
import { encodeUtf8, Utf8Decoder } from "../text/utf8.ts";

/** `application/x-www-form-urlencoded` (URL standard, section 5): pairs as one flat list of names and values. */

const Bytes = Uint8Array;
const PERCENT = 0x25;

/** Takes the text of a query, without its `?`, apart. The text must be well-formed UTF-16. */
export function parseForm(text: string): string[] {
  const pairs: string[] = [];
  // Searched for only when passed: a text with many "&" and no "=" would be scanned to its end for each pair.
  let equals = -1;
  for (let start = 0; start <= text.length; ) {
    let end = indexOf(text, "&", start);
    if (end === -1) end = text.length;
    if (end > start) {
      if (equals < start) equals = indexOf(text, "=", start);
      if (equals === -1) equals = text.length;
      const split = equals > end ? end : equals;
      push(pairs, decodePart(slice(text, start, split)));
      push(pairs, split === end ? "" : decodePart(slice(text, split + 1, end)));
    }
    start = end + 1;
  }
  return pairs;
}

/** The inverse of `parseForm`; ASCII only. */
export function formatForm(pairs: readonly string[]): string {
  let text = "";
  for (let i = 0; i < pairs.length; i += 2) {
    text += `${i === 0 ? "" : "&"}${encodePart(pairs[i]!)}=${encodePart(pairs[i + 1]!)}`;
  }
  return text;
}

function decodePart(part: string): string {
  const text = indexOf(part, "+") === -1 ? part : plusToSpace(part);
  if (indexOf(text, "%") === -1) return text;
  try {
    return uriDecode(text);
  } catch {
    // A stray percent sign, or bytes that are not UTF-8: the standard decodes what can be decoded.
    return decodeLeniently(text);
  }
}

function plusToSpace(text: string): string {
  let result = "";
  let copied = 0;
  for (let at = indexOf(text, "+"); at !== -1; at = indexOf(text, "+", copied)) {
    result += `${slice(text, copied, at)} `;
    copied = at + 1;
  }
  return result + slice(text, copied);
}

function decodeLeniently(text: string): string {
  const source = encodeUtf8(text);
  const target = new Bytes(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const byte = source[i]!;
    const high = byte === PERCENT && i + 2 < source.length ? hexValue(source[i + 1]!) : -1;
    const low = high === -1 ? -1 : hexValue(source[i + 2]!);
    if (low === -1) target[length++] = byte;
    else {
      target[length++] = high * 16 + low;
      i += 2;
    }
  }
  return new Utf8Decoder(false).decode(new Bytes(target.buffer, 0, length), false);
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Whether a code stands for itself: `* - . _`, digits and letters. */
function isPlain(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2a ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  );
}

function encodePart(part: string): string {
  let i = 0;
  while (i < part.length && isPlain(charCodeAt(part, i))) i++;
  if (i === part.length) return part;
  // What `encodeURIComponent` leaves besides the plain ones: ! ~ ' ( ) and its %20 instead of a plus.
  const encoded = uriEncode(part);
  let result = "";
  for (let k = 0; k < encoded.length; k++) {
    const code = charCodeAt(encoded, k);
    if (code === PERCENT && slice(encoded, k, k + 3) === "%20") {
      result += "+";
      k += 2;
    } else if (code === PERCENT || isPlain(code)) result += fromCharCode(code);
    else result += escapes[code];
  }
  return result;
}

const escapes: Readonly<Record<number, string>> = {
  33: "%21",
  39: "%27",
  40: "%28",
  41: "%29",
  126: "%7E",
};
