import { Bytes, min, typedArrayLength } from "../language/primordials.ts";

/** Positions looked at by one call of the inner function; see `PIECE` of `utf8.ts`. */
const PIECE = 16_384;

/** Searches bytes for a short text; made once for each text. */
export class ByteSearch {
  readonly #wanted: Uint8Array;
  readonly #length: number;
  /** How far to go on when the window's last byte is this one (Horspool). */
  readonly #steps = new Bytes(256);

  /** `wanted`: ASCII, at most 255 characters, the first of which comes once: this bounds the work below. */
  constructor(wanted: Uint8Array) {
    this.#wanted = wanted;
    this.#length = typedArrayLength(wanted);
    for (let i = 0; i < 256; i++) this.#steps[i] = this.#length;
    for (let i = 0; i < this.#length - 1; i++) this.#steps[wanted[i]!] = this.#length - 1 - i;
  }

  /**
   * Index of the text at or after `from`, or -1 when it is not before `end`.
   *
   * Compares from the first byte on: as that one comes once in the text, comparisons never overlap and each byte is
   * looked at twice at most, whatever the bytes are. (The usual comparison from the last byte on can take the product of
   * both lengths.)
   */
  find(bytes: Uint8Array, from: number, end: number): number {
    const last = end - this.#length;
    let at = from;
    while (at <= last) {
      const next = this.#findWithin(bytes, at, min(at + PIECE, last));
      if (next < 0) return ~next;
      at = next;
    }
    return -1;
  }

  /** The complement of the index found up to `last`, else where to go on. */
  #findWithin(bytes: Uint8Array, from: number, last: number): number {
    const wanted = this.#wanted;
    const length = this.#length;
    const steps = this.#steps;
    let at = from;
    for (; at <= last; at += steps[bytes[at + length - 1]!]!) {
      let same = 0;
      while (same < length && bytes[at + same] === wanted[same]) same++;
      if (same === length) return ~at;
    }
    return at;
  }
}
