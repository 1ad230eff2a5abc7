import {
  createObject,
  dataViewBuffer,
  dataViewBytes,
  dataViewOffset,
  typedArrayBuffer,
  typedArrayLength,
  typedArrayName,
  typedArrayOffset,
  uncurry,
} from "../language/primordials.ts";
import { cloneError } from "./clone_error.ts";

type ViewConstructor = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

const NAMES =
  "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array " +
  "BigUint64Array Float16Array Float32Array Float64Array DataView";
const constructors = createObject(null) as Record<string, ViewConstructor>;
for (const name of NAMES.split(" ")) {
  constructors[name] = (globalThis as unknown as Record<string, ViewConstructor>)[name]!;
}

/** Throws a TypeError when the array's memory is gone. */
const validate: (view: unknown) => unknown = uncurry(Uint8Array.prototype.at as () => unknown);

/** A typed array or DataView, without its buffer. */
export interface BufferView {
  readonly buffer: object;
  /** Name of the class. */
  readonly name: string;
  readonly offset: number;
  /** As the constructor takes it: elements, of a DataView bytes. */
  readonly length: number;
}

/** Throws a DataCloneError when the view lies, by now, outside of its buffer. */
export function readBufferView(view: unknown): BufferView {
  try {
    const name = typedArrayName(view);
    if (name === undefined) {
      const length = dataViewBytes(view);
      return { buffer: dataViewBuffer(view), name: "DataView", offset: dataViewOffset(view), length };
    }
    validate(view);
    const length = typedArrayLength(view);
    return { buffer: typedArrayBuffer(view), name, offset: typedArrayOffset(view), length };
  } catch {
    throw cloneError("a view of an ArrayBuffer that is detached or too short");
  }
}

export function makeBufferView({ name, offset, length }: BufferView, buffer: ArrayBuffer): ArrayBufferView {
  return new constructors[name]!(buffer, offset, length);
}
