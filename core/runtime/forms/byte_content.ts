import {
  Bytes,
  setBytes,
  typedArrayBuffer,
  typedArrayLength,
  typedArrayOffset,
} from "../language/primordials.ts";

/**
 * Ways to handle bytes that scripts must not get hold of. `subarray` and `slice` of typed arrays ask
 * `constructor[Symbol.species]`, and `length` is an accessor, all of which scripts can replace; these don't.
 */

/** A view of the bytes from `from` to `to`, which must be within. */
export function rangeOf(bytes: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  return new Bytes(typedArrayBuffer(bytes), typedArrayOffset(bytes) + from, to - from);
}

/** A copy with a buffer of its own, which holds nothing else. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Bytes(typedArrayLength(bytes));
  setBytes(copy, bytes);
  return copy;
}

/** Puts pieces together into a buffer of its own. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (let i = 0; i < pieces.length; i++) size += typedArrayLength(pieces[i]);
  const joined = new Bytes(size);
  let at = 0;
  for (let i = 0; i < pieces.length; i++) {
    setBytes(joined, pieces[i]!, at);
    at += typedArrayLength(pieces[i]);
  }
  return joined;
}

/** Where the text begins in UTF-8 bytes: after the byte order mark, if there is one. */
export function startOfText(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
