import { boundedText } from "./bounded_text.ts";
import {
  charCodeAt,
  createObject,
  defineProperty,
  freezeObject,
  ownKeys,
  toWellFormed,
} from "./primordials.ts";

/** Conversions and conventions of Web IDL that several classes share. */

/** `DOMString`. Throws a TypeError for a symbol. */
export function toDOMString(value: unknown): string {
  // Unlike `String(value)`, this throws for symbols.
  return typeof value === "string" ? value : `${value as string}`;
}

/** `USVString`: lone surrogates become U+FFFD. */
export function toUSVString(value: unknown): string {
  return toWellFormed(toDOMString(value));
}

/** `ByteString`. Throws a TypeError for a character above U+00FF. */
export function toByteString(value: unknown): string {
  const result = boundedText(toDOMString(value), "a header field's name or value");
  for (let i = 0; i < result.length; i++) {
    if (charCodeAt(result, i) > 0xff) {
      throw new TypeError(`"${result}" has a character above U+00FF at ${i}; header fields carry Latin-1`);
    }
  }
  return result;
}

// Descriptors inherit nothing: chunks are set up after scripts could have changed Object.prototype.
const ENUMERABLE = freezeObject({ __proto__: null, enumerable: true });

/**
 * Makes a class look as Web IDL prescribes: its members enumerable, its name in
 * `Object.prototype.toString`.
 */
export function finishClass(target: { prototype: object }, name: string, members: readonly string[]): void {
  makeEnumerable(target.prototype, members);
  // The bundler may have given it another one.
  defineProperty(target, "name", freezeObject({ __proto__: null, value: name, configurable: true }));
  defineProperty(
    target.prototype,
    Symbol.toStringTag,
    freezeObject({ __proto__: null, value: name, configurable: true }),
  );
}

/** What `finishClass` does for a class's members, for those of any object: of a class its static ones. */
export function makeEnumerable(target: object, members: readonly string[]): void {
  for (let i = 0; i < members.length; i++) {
    defineProperty(target, members[i]!, ENUMERABLE);
  }
}

/** As globals, methods of built-ins and properties of errors are: not enumerable, but scripts may change them. */
export function defineHidden(target: object, name: string | symbol, value: unknown): void {
  defineProperty(target, name, {
    __proto__: null,
    value,
    writable: true,
    enumerable: false,
    configurable: true,
  } as PropertyDescriptor);
}

/** Constants of an interface: on the class and on its prototype, enumerable and unchangeable. */
export function defineConstants(
  target: { prototype: object },
  constants: Readonly<Record<string, number>>,
): void {
  const names = ownKeys(constants) as string[];
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const descriptor = freezeObject({ __proto__: null, value: constants[name]!, enumerable: true });
    defineProperty(target, name, descriptor);
    defineProperty(target.prototype, name, descriptor);
  }
}

/**
 * A dictionary: any object, or none. Its members are to be read in the order of their names, those of what it
 * inherits from first. Throws a TypeError for another value.
 */
export function toDictionary<T extends object>(value: unknown, what: string): Partial<T> {
  if (value === undefined || value === null) return NOTHING as Partial<T>;
  if (typeof value === "object" || typeof value === "function") return value as Partial<T>;
  throw new TypeError(`${what}: the options must be an object`);
}

const NOTHING: object = freezeObject(createObject(null) as object);

/** Throws a TypeError when a function was called with fewer arguments than it needs. */
export function requireArguments(given: number, needed: number, what: string): void {
  if (given >= needed) return;
  throw new TypeError(`${what}: ${needed} argument${needed === 1 ? "" : "s"} required, but ${given} given`);
}
