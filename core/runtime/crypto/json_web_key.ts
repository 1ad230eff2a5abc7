import { createObject } from "../language/primordials.ts";
import { toDOMString } from "../language/web_idl.ts";
import { isObject } from "./parameters.ts";

/** A JWK (RFC 7517) as far as the specification reads it. */
export interface JsonWebKey {
  alg?: string;
  ext?: boolean;
  k?: string;
  key_ops?: string[];
  kty?: string;
  use?: string;
  /** Members of public and private keys. */
  [name: string]: unknown;
}

/** Members in the order in which Web IDL reads them. */
const NAMES = [
  "alg",
  "crv",
  "d",
  "dp",
  "dq",
  "e",
  "ext",
  "k",
  "key_ops",
  "kty",
  "n",
  "oth",
  "p",
  "q",
  "qi",
  "use",
  "x",
  "y",
];

/** The dictionary `JsonWebKey`, without a prototype. */
export function toJsonWebKey(value: unknown): JsonWebKey {
  const result = createObject(null) as JsonWebKey;
  if (value === undefined || value === null) return result;
  if (!isObject(value)) throw new TypeError("crypto: a JWK must be an object");
  for (let i = 0; i < NAMES.length; i++) {
    const name = NAMES[i]!;
    const member = (value as Record<string, unknown>)[name];
    if (member === undefined) continue;
    if (name === "ext") result[name] = Boolean(member);
    else if (name === "key_ops") result[name] = texts(member);
    // Keys of more than two primes; that there are some is enough to refuse the key.
    else if (name === "oth") result[name] = [];
    else result[name] = toDOMString(member);
  }
  return result;
}

/** `sequence<DOMString>` of Web IDL. */
function texts(value: unknown): string[] {
  if (!isObject(value)) throw new TypeError("crypto: key_ops of a JWK must be an array");
  const result: string[] = [];
  for (const item of value as Iterable<unknown>) result[result.length] = toDOMString(item);
  return result;
}
