import { getterOf, mapSet, uncurry } from "../language/primordials.ts";
import { copyArrayBuffer, isArrayBuffer } from "./array_buffers.ts";

const copies = new Map<object, (value: object) => object | undefined>();

/**
 * Copies of the built-in classes whose instances stand for a value, by prototype. Undefined when the object only
 * inherits from the prototype. Taken when the chunk is loaded, so a script that changed a built-in before gets what it
 * made of it.
 */
export const builtinCopies: ReadonlyMap<object, (value: object) => object | undefined> = copies;

function register(prototype: object, copy: (value: object) => object): void {
  mapSet(copies, prototype, (value) => {
    try {
      return copy(value);
    } catch (error) {
      // What the accessors of built-in classes throw for an object of another class.
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  });
}

const toBoxed = Object;
const wrappers: readonly { valueOf(): unknown }[] = [
  Boolean.prototype,
  Number.prototype,
  String.prototype,
  BigInt.prototype,
];
for (const prototype of wrappers) {
  const primitiveOf = uncurry(prototype.valueOf);
  register(prototype, (value) => toBoxed(primitiveOf(value)) as object);
}

const DateClass = Date;
const timeOf: (value: object) => number = uncurry(Date.prototype.getTime) as never;
register(Date.prototype, (value) => new DateClass(timeOf(value)));

const RegExpClass = RegExp;
const regExpPrototype = RegExp.prototype as object;
const sourceOf: (value: object) => string = getterOf(regExpPrototype, "source");
// Each by itself: the accessor `flags` would ask the object's own properties.
const flags = (
  [
    ["d", "hasIndices"],
    ["g", "global"],
    ["i", "ignoreCase"],
    ["m", "multiline"],
    ["s", "dotAll"],
    ["u", "unicode"],
    ["v", "unicodeSets"],
    ["y", "sticky"],
  ] as const
).map(([letter, name]) => ({ letter, isSet: getterOf<object, boolean>(regExpPrototype, name) }));
register(regExpPrototype, (value) => {
  const source = sourceOf(value);
  let text = "";
  for (let i = 0; i < flags.length; i++) if (flags[i]!.isSet(value)) text += flags[i]!.letter;
  return new RegExpClass(source, text);
});

mapSet(copies, ArrayBuffer.prototype, (value) => (isArrayBuffer(value) ? copyArrayBuffer(value) : undefined));
