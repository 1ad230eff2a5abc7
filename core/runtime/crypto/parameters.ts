import type { CryptoParameters } from "../host/crypto_jobs.ts";
import { Bytes, createObject, setBytes, typedArrayName } from "../language/primordials.ts";
import { toDOMString } from "../language/web_idl.ts";
import { checkBufferSource, copyBytes } from "./buffer_source.ts";
import { type KeyState, toKeyState } from "./crypto_key.ts";

/** Normalised parameters: what a script gave, read once, converted, bytes copied. */
export type Parameters = CryptoParameters & {
  readonly additionalData?: Uint8Array<ArrayBuffer>;
  readonly counter?: Uint8Array<ArrayBuffer>;
  readonly info?: Uint8Array<ArrayBuffer>;
  readonly iv?: Uint8Array<ArrayBuffer>;
  readonly label?: Uint8Array<ArrayBuffer>;
  readonly public?: KeyState;
  readonly publicExponent?: Uint8Array<ArrayBuffer>;
  readonly salt?: Uint8Array<ArrayBuffer>;
};

/** Types that members have. Numbers are `[EnforceRange]`, up to the number given here. */
export type MemberType =
  | "BufferSource"
  | "BigInteger"
  | "HashAlgorithmIdentifier"
  | "DOMString"
  | "CryptoKey"
  | number;

/** One member: name, type, and "?" when it may be missing. In the order in which Web IDL reads them. */
export type Member = readonly [name: string, type: MemberType, optional?: "?"];

/**
 * Reads a dictionary. Hashes are left for `toHash`, which the specification has done after all are read, and
 * bytes are copied only then.
 */
export function readParameters(
  name: string,
  source: object,
  members: readonly Member[],
  toHash: (value: unknown) => string,
): Parameters {
  const result = createObject(null) as Record<string, unknown>;
  result.name = name;
  for (let i = 0; i < members.length; i++) {
    const [member, type, optional] = members[i]!;
    const value = (source as Record<string, unknown>)[member];
    if (value !== undefined) result[member] = converted(value, type, `${name}: ${member}`);
    else if (optional === undefined) throw new TypeError(`crypto: ${name}: ${member} is missing`);
  }
  for (let i = 0; i < members.length; i++) {
    const [member, type] = members[i]!;
    const value = result[member];
    if (value === undefined) continue;
    if (type === "HashAlgorithmIdentifier") result[member] = toHash(value);
    else if (type === "BufferSource") result[member] = copyBytes(value, `crypto: ${name}: ${member}`);
  }
  return result as unknown as Parameters;
}

function converted(value: unknown, type: MemberType, what: string): unknown {
  switch (type) {
    case "HashAlgorithmIdentifier":
      return isObject(value) ? value : toDOMString(value);
    case "DOMString":
      return toDOMString(value);
    case "BufferSource":
      checkBufferSource(value, `crypto: ${what}`);
      return value;
    case "BigInteger":
      return bigInteger(value, what);
    case "CryptoKey":
      return toKeyState(value, `crypto: ${what}`);
  }
  return toInteger(value, type, what);
}

/** `[EnforceRange]` of Web IDL. */
export function toInteger(value: unknown, highest: number, what: string): number {
  const number = +(value as number);
  const whole = number - (number % 1);
  // Also false for NaN, which infinity gives, too.
  if (!(whole >= 0 && whole <= highest)) {
    throw new TypeError(`crypto: ${what} must be a whole number from 0 to ${highest}`);
  }
  return whole + 0;
}

function bigInteger(value: unknown, what: string): Uint8Array<ArrayBuffer> {
  if (typedArrayName(value) !== "Uint8Array") throw new TypeError(`crypto: ${what} must be a Uint8Array`);
  const source = value as Uint8Array;
  checkBufferSource(source, `crypto: ${what}`);
  const copy = new Bytes(source.length);
  setBytes(copy, source);
  return copy;
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
