import { boundedText } from "./bounded_text.ts";
import {
  charCodeAt,
  defineProperty,
  freezeObject,
  getOwnPropertyDescriptor,
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

/**
 * Makes a class look as Web IDL prescribes: its members enumerable, its name in
 * `Object.prototype.toString`.
 */
export function finishClass(target: { prototype: object }, name: string, members: readonly string[]): void {
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    const descriptor = getOwnPropertyDescriptor(target.prototype, member)!;
    descriptor.enumerable = true;
    defineProperty(target.prototype, member, descriptor);
  }
  defineProperty(target.prototype, Symbol.toStringTag, freezeObject({ value: name, configurable: true }));
}
