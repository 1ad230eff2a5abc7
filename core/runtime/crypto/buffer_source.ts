import {
  arrayBufferLength,
  Bytes,
  bytesOf,
  dataViewBuffer,
  isView,
  setBytes,
  typedArrayBuffer,
  typedArrayName,
} from "../language/primordials.ts";

/** A copy of the bytes of a `BufferSource` of Web IDL; scripts may change theirs while an operation runs. */
export function copyBytes(source: unknown, what: string): Uint8Array<ArrayBuffer> {
  checkBufferSource(source, what);
  const bytes = bytesOf(source);
  const copy = new Bytes(bytes.length);
  setBytes(copy, bytes);
  return copy;
}

/** Throws a TypeError for what is not a `BufferSource`. */
export function checkBufferSource(source: unknown, what: string): void {
  if (!isBufferSource(source)) throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
}

export function isBufferSource(source: unknown): boolean {
  const buffer = isView(source) ? bufferOf(source) : source;
  try {
    // Throws for shared memory, too, as it shall where Web IDL says nothing else.
    arrayBufferLength(buffer);
    return true;
  } catch {
    return false;
  }
}

function bufferOf(view: object): unknown {
  return typedArrayName(view) === undefined ? dataViewBuffer(view) : typedArrayBuffer(view);
}
