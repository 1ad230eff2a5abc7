import {
  arrayBufferLength,
  Bytes,
  bytesOf,
  dataViewBuffer,
  getterOf,
  isView,
  typedArrayBuffer,
  typedArrayName,
} from "../language/primordials.ts";

const isResizable: (buffer: ArrayBuffer) => boolean = getterOf(ArrayBuffer.prototype, "resizable");

/**
 * Whether a value is a `BufferSource` of Web IDL. Throws a TypeError for a view of shared or resizable memory, as
 * Web IDL does for methods that don't allow it.
 */
export function isBufferSource(value: unknown): value is ArrayBuffer | ArrayBufferView<ArrayBuffer> {
  const isArrayBufferView = isView(value);
  const buffer = isArrayBufferView ? bufferOf(value) : value;
  if (!isArrayBuffer(buffer)) {
    if (isArrayBufferView) throw new TypeError("a view of shared memory is no part of a Blob");
    return false;
  }
  if (isResizable(buffer)) throw new TypeError("a resizable buffer is no part of a Blob");
  return true;
}

/** The bytes, not copied; none when the buffer has been detached. */
export function bytesOfSource(source: ArrayBuffer | ArrayBufferView<ArrayBuffer>): Uint8Array {
  try {
    return bytesOf(source);
  } catch {
    return new Bytes(0);
  }
}

function bufferOf(view: object): ArrayBuffer {
  return typedArrayName(view) === undefined ? dataViewBuffer(view) : typedArrayBuffer(view);
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (typeof value !== "object" || value === null) return false;
  try {
    arrayBufferLength(value);
    return true;
  } catch {
    return false;
  }
}
