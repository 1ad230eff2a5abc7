import { charCodeAt, fromCharCode, min, reflectApply, slice, subarray } from "../language/primordials.ts";

const Bytes = Uint8Array;
const Units = Uint16Array;

/** Code units given to `String.fromCharCode` at once. */
const BLOCK = 512;

/**
 * Bytes or code units handled by one call of an inner function. Workers run with `--no-use-osr`: V8 replaces slow code
 * by fast code only between calls, and one loop over megabytes would stay slow (measured: by a factor of 4).
 */
const PIECE = 4096;

/** UTF-8 of a text; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Bytes(utf8Length(text));
  if (text.length <= PIECE) {
    encodeUtf8Into(text, bytes);
    return bytes;
  }
  let at = 0;
  for (let start = 0; start < text.length; ) {
    const end = endOfPiece(text, start);
    at += encodeUtf8Into(slice(text, start, end), subarray(bytes, at)).written;
    start = end;
  }
  return bytes;
}

/** Bytes the text takes in UTF-8. */
function utf8Length(text: string): number {
  if (text.length <= PIECE) return lengthOfPiece(text);
  let length = 0;
  for (let start = 0; start < text.length; ) {
    const end = endOfPiece(text, start);
    length += lengthOfPiece(slice(text, start, end));
    start = end;
  }
  return length;
}

/** Pairs of surrogates stay together. */
function endOfPiece(text: string, start: number): number {
  const end = min(start + PIECE, text.length);
  return end < text.length && isPair(text, end - 1) ? end + 1 : end;
}

function lengthOfPiece(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code < 0x80) continue;
    if (code < 0x800) length++;
    else {
      length += 2;
      // A pair takes four bytes: what the high half was counted for plus one; the low half is its own code unit.
      if (isPair(text, i)) i++;
    }
  }
  return length;
}

/** Writes as many whole characters as fit. */
export function encodeUtf8Into(text: string, target: Uint8Array): { read: number; written: number } {
  const space = target.length;
  let written = 0;
  let i = 0;
  for (; i < text.length; i++) {
    let code = charCodeAt(text, i);
    if (code < 0x80) {
      if (written === space) break;
      target[written++] = code;
      continue;
    }
    const pair = code >= 0xd800 && isPair(text, i);
    if (pair) code = 0x10000 + ((code - 0xd800) << 10) + (charCodeAt(text, i + 1) - 0xdc00);
    else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    const size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (written + size > space) break;
    writeSequence(target, written, code, size);
    written += size;
    if (pair) i++;
  }
  return { read: i, written };
}

function isPair(text: string, i: number): boolean {
  const high = charCodeAt(text, i);
  if (high < 0xd800 || high > 0xdbff || i + 1 >= text.length) return false;
  const low = charCodeAt(text, i + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

function writeSequence(target: Uint8Array, at: number, code: number, size: number): void {
  let rest = code;
  for (let k = size - 1; k > 0; k--) {
    target[at + k] = 0x80 | (rest & 0x3f);
    rest >>= 6;
  }
  target[at] = rest | (size === 2 ? 0xc0 : size === 3 ? 0xe0 : 0xf0);
}

/** Text of bytes that are one code unit each (ASCII, Latin-1), or of UTF-16 code units. */
export function textOfCodeUnits(units: Uint8Array | Uint16Array, length: number): string {
  let text = "";
  let i = 0;
  // Measured: a plain array applied is the fastest for long text, eight arguments at a time for short one.
  if (length >= BLOCK) {
    const block: number[] = [];
    for (; i + BLOCK <= length; i += BLOCK) {
      for (let k = 0; k < BLOCK; k++) block[k] = units[i + k]!;
      text += reflectApply(fromCharCode, undefined, block);
    }
  }
  for (; i + 8 <= length; i += 8) {
    text += fromCharCode(
      units[i]!,
      units[i + 1]!,
      units[i + 2]!,
      units[i + 3]!,
      units[i + 4]!,
      units[i + 5]!,
      units[i + 6]!,
      units[i + 7]!,
    );
  }
  for (; i < length; i++) text += fromCharCode(units[i]!);
  return text;
}

/** Index of the first byte above 0x7f at or after `from`, or `bytes.length`. */
function endOfAscii(bytes: Uint8Array, from: number): number {
  let i = from;
  while (i < bytes.length && bytes[i]! < 0x80) i++;
  return i;
}

/** The UTF-8 decoder of the Encoding standard. Keeps an unfinished sequence between calls. */
export class Utf8Decoder {
  readonly #fatal: boolean;
  #code = 0;
  #seen = 0;
  #needed = 0;
  #lower = 0x80;
  #upper = 0xbf;

  /** `fatal`: throw a TypeError for malformed bytes instead of putting U+FFFD. */
  constructor(fatal: boolean) {
    this.#fatal = fatal;
  }

  /** `more`: the bytes go on in the next call. */
  decode(bytes: Uint8Array, more: boolean): string {
    const size = bytes.length;
    if (size <= PIECE) return this.#decodePiece(bytes, more);
    let text = "";
    for (let at = 0; at < size; at += PIECE) {
      const isLast = at + PIECE >= size;
      text += this.#decodePiece(subarray(bytes, at, at + PIECE), more || !isLast);
    }
    return text;
  }

  #decodePiece(bytes: Uint8Array, more: boolean): string {
    const start = this.#needed === 0 ? endOfAscii(bytes, 0) : 0;
    const head = start === 0 ? "" : textOfCodeUnits(bytes, start);
    if (start === bytes.length && this.#needed === 0) return head;
    // One code unit a byte at most, and one more for a sequence begun in an earlier call.
    const units = new Units(bytes.length - start + 1);
    let length = 0;
    for (let i = start; i < bytes.length; ) {
      const byte = bytes[i]!;
      if (this.#needed === 0) {
        if (byte < 0x80) units[length++] = byte;
        else if (!this.#begin(byte)) units[length++] = this.#malformed();
        i++;
      } else if (byte < this.#lower || byte > this.#upper) {
        // The byte is looked at again: it may begin a sequence.
        units[length++] = this.#malformed();
      } else {
        length = this.#continue(byte, units, length);
        i++;
      }
    }
    if (!more && this.#needed !== 0) units[length++] = this.#malformed();
    return head + textOfCodeUnits(units, length);
  }

  #begin(byte: number): boolean {
    if (byte >= 0xc2 && byte <= 0xdf) {
      this.#needed = 1;
      this.#code = byte & 0x1f;
    } else if (byte >= 0xe0 && byte <= 0xef) {
      if (byte === 0xe0) this.#lower = 0xa0;
      if (byte === 0xed) this.#upper = 0x9f;
      this.#needed = 2;
      this.#code = byte & 0x0f;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      if (byte === 0xf0) this.#lower = 0x90;
      if (byte === 0xf4) this.#upper = 0x8f;
      this.#needed = 3;
      this.#code = byte & 0x07;
    } else return false;
    return true;
  }

  #continue(byte: number, units: Uint16Array, at: number): number {
    this.#lower = 0x80;
    this.#upper = 0xbf;
    this.#code = (this.#code << 6) | (byte & 0x3f);
    if (++this.#seen < this.#needed) return at;
    const code = this.#code;
    this.#reset();
    if (code < 0x10000) {
      units[at] = code;
      return at + 1;
    }
    units[at] = 0xd800 + ((code - 0x10000) >> 10);
    units[at + 1] = 0xdc00 + ((code - 0x10000) & 0x3ff);
    return at + 2;
  }

  #malformed(): number {
    this.#reset();
    if (this.#fatal) throw new TypeError("TextDecoder: the bytes are not valid UTF-8");
    return 0xfffd;
  }

  #reset(): void {
    this.#code = 0;
    this.#seen = 0;
    this.#needed = 0;
    this.#lower = 0x80;
    this.#upper = 0xbf;
  }
}
