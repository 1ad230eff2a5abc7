import { arrayBufferLength, getterOf, setBytes, uncurry } from "../language/primordials.ts";
import { cloneError } from "./clone_error.ts";

const Buffer = ArrayBuffer;
const Bytes = Uint8Array;
const { prototype } = ArrayBuffer;
const isDetached: (buffer: unknown) => boolean = getterOf(prototype as unknown, "detached");
const isResizable: (buffer: unknown) => boolean = getterOf(prototype as unknown, "resizable");
const maxLength: (buffer: unknown) => number = getterOf(prototype as unknown, "maxByteLength");
const transfer: (buffer: ArrayBuffer) => ArrayBuffer = uncurry(prototype.transfer);

export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  try {
    arrayBufferLength(value);
    return true;
  } catch {
    return false;
  }
}

/** A copy that can grow as far as the original. */
export function copyArrayBuffer(buffer: ArrayBuffer): ArrayBuffer {
  if (isDetached(buffer)) throw cloneError("a detached ArrayBuffer");
  const length = arrayBufferLength(buffer);
  const options = isResizable(buffer) ? { __proto__: null, maxByteLength: maxLength(buffer) } : undefined;
  const copy = new Buffer(length, options as { maxByteLength: number } | undefined);
  setBytes(new Bytes(copy), new Bytes(buffer));
  return copy;
}

/** A buffer with the same memory; the given one is detached. */
export function transferArrayBuffer(buffer: ArrayBuffer): ArrayBuffer {
  if (isDetached(buffer)) throw cloneError("a detached ArrayBuffer");
  return transfer(buffer);
}
