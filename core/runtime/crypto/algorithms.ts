import { charCodeAt, createObject } from "../language/primordials.ts";
import { toDOMString } from "../language/web_idl.ts";
import { cryptoError } from "./crypto_error.ts";
import { isObject, type Member, type Parameters, readParameters } from "./parameters.ts";

/** Operations that algorithms are registered for (Web Cryptography API, section 18.2.2). */
export type Operation =
  | "digest"
  | "sign"
  | "encrypt"
  | "generateKey"
  | "importKey"
  | "deriveBits"
  | "wrapKey"
  | "get key length";

type Registration = readonly [name: string, members: readonly Member[]];

/** Parameters of an algorithm that is given by its name alone. */
const NOTHING = createObject(null) as object;

const OCTET = 0xff;
const SHORT = 0xffff;
const LONG = 0xffffffff;

const NONE: readonly Member[] = [];
const HASH: readonly Member[] = [["hash", "HashAlgorithmIdentifier"]];
const CURVE: readonly Member[] = [["namedCurve", "DOMString"]];
const PUBLIC: readonly Member[] = [["public", "CryptoKey"]];
const IV: readonly Member[] = [["iv", "BufferSource"]];
const AES_LENGTH: readonly Member[] = [["length", SHORT]];
const HMAC: readonly Member[] = [
  ["hash", "HashAlgorithmIdentifier"],
  ["length", LONG, "?"],
];
const RSA: readonly Member[] = [
  ["modulusLength", LONG],
  ["publicExponent", "BigInteger"],
  ["hash", "HashAlgorithmIdentifier"],
];

/** Members of the parameters by operation and algorithm; whatever is not here is not supported. */
const REGISTERED: Readonly<Record<Operation, readonly Registration[]>> = {
  digest: [
    ["SHA-1", NONE],
    ["SHA-256", NONE],
    ["SHA-384", NONE],
    ["SHA-512", NONE],
  ],
  // And verify.
  sign: [
    ["HMAC", NONE],
    ["ECDSA", HASH],
    ["RSASSA-PKCS1-v1_5", NONE],
    ["RSA-PSS", [["saltLength", LONG]]],
    ["Ed25519", NONE],
  ],
  // And decrypt.
  encrypt: [
    [
      "AES-GCM",
      [
        ["additionalData", "BufferSource", "?"],
        ["iv", "BufferSource"],
        ["tagLength", OCTET, "?"],
      ],
    ],
    ["AES-CBC", IV],
    [
      "AES-CTR",
      [
        ["counter", "BufferSource"],
        ["length", OCTET],
      ],
    ],
    ["RSA-OAEP", [["label", "BufferSource", "?"]]],
  ],
  generateKey: [
    ["HMAC", HMAC],
    ["AES-GCM", AES_LENGTH],
    ["AES-CBC", AES_LENGTH],
    ["AES-CTR", AES_LENGTH],
    ["AES-KW", AES_LENGTH],
    ["ECDSA", CURVE],
    ["ECDH", CURVE],
    ["RSASSA-PKCS1-v1_5", RSA],
    ["RSA-PSS", RSA],
    ["RSA-OAEP", RSA],
    ["Ed25519", NONE],
    ["X25519", NONE],
  ],
  // And export, by the key.
  importKey: [
    ["HMAC", HMAC],
    ["AES-GCM", NONE],
    ["AES-CBC", NONE],
    ["AES-CTR", NONE],
    ["AES-KW", NONE],
    ["PBKDF2", NONE],
    ["HKDF", NONE],
    ["ECDSA", CURVE],
    ["ECDH", CURVE],
    ["RSASSA-PKCS1-v1_5", HASH],
    ["RSA-PSS", HASH],
    ["RSA-OAEP", HASH],
    ["Ed25519", NONE],
    ["X25519", NONE],
  ],
  deriveBits: [
    [
      "PBKDF2",
      [
        ["hash", "HashAlgorithmIdentifier"],
        ["iterations", LONG],
        ["salt", "BufferSource"],
      ],
    ],
    [
      "HKDF",
      [
        ["hash", "HashAlgorithmIdentifier"],
        ["info", "BufferSource"],
        ["salt", "BufferSource"],
      ],
    ],
    ["ECDH", PUBLIC],
    ["X25519", PUBLIC],
  ],
  // And unwrapKey; other algorithms wrap by encrypting.
  wrapKey: [["AES-KW", NONE]],
  "get key length": [
    ["HMAC", HMAC],
    ["AES-GCM", AES_LENGTH],
    ["AES-CBC", AES_LENGTH],
    ["AES-CTR", AES_LENGTH],
    ["AES-KW", AES_LENGTH],
    ["PBKDF2", NONE],
    ["HKDF", NONE],
  ],
};

/**
 * "Normalize an algorithm": an `AlgorithmIdentifier` as parameters of that operation, or of `fallback` when it isn't
 * registered for the first. Throws a NotSupportedError when it is for neither, a TypeError for parameters of the
 * wrong type.
 */
export function normalizeAlgorithm(
  operation: Operation,
  identifier: object | string,
  fallback?: Operation,
): Parameters {
  const given = typeof identifier === "string" ? identifier : nameOf(identifier);
  const source = typeof identifier === "string" ? NOTHING : identifier;
  const found = registeredAs(operation, given) ?? (fallback && registeredAs(fallback, given));
  if (found !== undefined) return readParameters(found[0], source, found[1], toHash);
  const shown = given.length > 40 ? "of this name" : `"${given}"`;
  throw cryptoError("NotSupportedError", `there is no algorithm ${shown} for the operation ${operation}`);
}

function registeredAs(operation: Operation, name: string): Registration | undefined {
  const registered = REGISTERED[operation];
  for (let i = 0; i < registered.length; i++) {
    if (equalsIgnoringCase(registered[i]![0], name)) return registered[i];
  }
  return undefined;
}

/** `(object or DOMString)` of Web IDL. */
export function toAlgorithmIdentifier(value: unknown): object | string {
  return isObject(value) ? value : toDOMString(value);
}

function nameOf(source: object): string {
  const { name } = source as { name?: unknown };
  if (name === undefined) throw new TypeError("crypto: the algorithm has no name");
  return toDOMString(name);
}

function toHash(value: unknown): string {
  return normalizeAlgorithm("digest", value as object | string).name;
}

/** ASCII only. */
function equalsIgnoringCase(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (lower(charCodeAt(a, i)) !== lower(charCodeAt(b, i))) return false;
  return true;
}

function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}
