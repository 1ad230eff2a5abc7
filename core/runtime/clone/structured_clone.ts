// biome-ignore-all lint/complexity/noArguments: Web IDL counts the arguments, and default values hide them.
import { push } from "../language/primordials.ts";
import { requireArguments, toDictionary } from "../language/web_idl.ts";
import { isArrayBuffer, transferArrayBuffer } from "./array_buffers.ts";
import { cloneError } from "./clone_error.ts";
import { Cloner } from "./cloner.ts";

interface CloneOptions {
  transfer?: unknown;
}

/**
 * `structuredClone` of HTML. ArrayBuffers can be transferred. `cloneBlob` gives the copy of a Blob or File, undefined
 * for anything else.
 */
export function createStructuredClone(cloneBlob: (value: object) => object | undefined) {
  return function structuredClone(value: unknown, options: unknown = undefined): unknown {
    requireArguments(arguments.length, 1, "structuredClone");
    const transferred = readTransfer(toDictionary<CloneOptions>(options, "structuredClone").transfer);
    const cloner = new Cloner(cloneBlob);
    const places = transferred.map((object) => {
      if (!isArrayBuffer(object)) throw cloneError("a transfer list with anything but ArrayBuffers");
      const slot = cloner.reserve(object);
      if (slot === undefined) throw cloneError("an ArrayBuffer that is to be transferred twice");
      return { object, slot };
    });
    const root = cloner.copy(value);
    for (let i = 0; i < places.length; i++) {
      const { object, slot } = places[i]!;
      slot.target = transferArrayBuffer(object);
    }
    return cloner.finish(root);
  };
}

/** `sequence<object>` */
function readTransfer(transfer: unknown): object[] {
  const objects: object[] = [];
  if (transfer === undefined) return objects;
  const isObject = (value: unknown): value is object =>
    (typeof value === "object" && value !== null) || typeof value === "function";
  if (!isObject(transfer)) throw new TypeError("structuredClone: the option transfer must be an iterable");
  for (const object of transfer as Iterable<unknown>) {
    if (!isObject(object)) throw new TypeError("structuredClone: only objects can be transferred");
    push(objects, object);
  }
  return objects;
}
