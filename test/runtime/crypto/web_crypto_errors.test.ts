import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";
import { DOMException } from "../../../core/runtime/language/dom_exception.ts";
import { cryptoChunks } from "./crypto_chunks.ts";

const chunks = cryptoChunks();
const { crypto } = chunks.globals;

type Subtle = Record<string, (...values: unknown[]) => Promise<never>>;
const ours = crypto.subtle as unknown as Subtle;
const nodes = webcrypto.subtle as unknown as Subtle;

const DATA = new Uint8Array(16);
const HMAC = { name: "HMAC", hash: "SHA-256" };
const EC = { name: "ECDSA", namedCurve: "P-256" };
const ECDH = { name: "ECDH", namedCurve: "P-256" };
const RSA = {
  name: "RSA-OAEP",
  hash: "SHA-1",
  modulusLength: 1024,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const GCM = { name: "AES-GCM", iv: new Uint8Array(12) };
const oct = { kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAA" };

/** What a `CryptoKey` of either side is for the calls below. */
type Key = { privateKey: Key; publicKey: Key };

/** Calls and the name of the error they must be rejected with. Node is asked the same. */
const REFUSED: [name: string, why: string, call: (subtle: Subtle) => Promise<unknown>][] = [
  ["NotSupportedError", "an unknown hash", (s) => s.digest!("MD5", DATA)],
  ["NotSupportedError", "an algorithm without this operation", (s) => s.digest!("HMAC", DATA)],
  [
    "NotSupportedError",
    "a letter that only folds to ASCII",
    (s) => s.importKey!("raw", DATA, "H\u212aDF", false, []),
  ],
  [
    "NotSupportedError",
    "an unknown inner hash",
    (s) => s.generateKey!({ name: "HMAC", hash: "MD5" }, true, ["sign"]),
  ],
  ["NotSupportedError", "HKDF in JWK", (s) => s.importKey!("jwk", oct, "HKDF", false, ["deriveBits"])],
  ["NotSupportedError", "AES in PKCS #8", (s) => s.importKey!("pkcs8", DATA, "AES-GCM", false, ["encrypt"])],
  ["NotSupportedError", "generating for PBKDF2", (s) => s.generateKey!("PBKDF2", false, ["deriveBits"])],
  [
    "NotSupportedError",
    "an unknown curve",
    (s) => s.generateKey!({ ...EC, namedCurve: "P-257" }, true, ["sign"]),
  ],
  [
    "NotSupportedError",
    "exporting a key for HKDF",
    async (s) => s.exportKey!("raw", await s.importKey!("raw", DATA, "HKDF", false, ["deriveBits"])),
  ],
  [
    "NotSupportedError",
    "RSA as raw",
    async (s) =>
      s.exportKey!("raw", ((await s.generateKey!(RSA, true, ["encrypt", "decrypt"])) as Key).publicKey),
  ],
  ["TypeError", "no algorithm's name", (s) => s.digest!({}, DATA)],
  ["TypeError", "text as data", (s) => s.digest!("SHA-1", "text")],
  ["TypeError", "shared memory as data", (s) => s.digest!("SHA-1", new SharedArrayBuffer(4))],
  ["TypeError", "no hash", (s) => s.generateKey!({ name: "HMAC" }, true, ["sign"])],
  ["TypeError", "an unknown usage", (s) => s.generateKey!(HMAC, true, ["signs"])],
  ["TypeError", "usages that are none", (s) => s.generateKey!(HMAC, true, 1)],
  ["TypeError", "an unknown format", (s) => s.importKey!("der", DATA, HMAC, true, ["sign"])],
  ["TypeError", "bytes as JWK", (s) => s.importKey!("jwk", DATA, HMAC, true, ["sign"])],
  ["TypeError", "an object as raw key", (s) => s.importKey!("raw", {}, HMAC, true, ["sign"])],
  ["TypeError", "a key that is none", (s) => s.sign!("HMAC", { type: "secret" }, DATA)],
  [
    "TypeError",
    "a length beyond its type",
    (s) => s.generateKey!({ name: "AES-GCM", length: 65_664 }, true, ["encrypt"]),
  ],
  [
    "TypeError",
    "a length that is no number",
    (s) => s.generateKey!({ name: "AES-GCM", length: "x" }, true, ["encrypt"]),
  ],
  [
    "TypeError",
    "an exponent that is no Uint8Array",
    (s) => s.generateKey!({ ...RSA, publicExponent: [1] }, true, ["encrypt"]),
  ],
  ["SyntaxError", "no usages of a secret key", (s) => s.generateKey!(HMAC, true, [])],
  ["SyntaxError", "no usages of a private key", (s) => s.generateKey!(EC, true, ["verify"])],
  ["SyntaxError", "no usages of an imported key", (s) => s.importKey!("raw", DATA, "AES-GCM", true, [])],
  ["SyntaxError", "a usage that does not fit", (s) => s.generateKey!(HMAC, true, ["encrypt"])],
  ["SyntaxError", "another usage that does not fit", (s) => s.generateKey!(ECDH, true, ["sign"])],
  [
    "SyntaxError",
    "an extractable password",
    (s) => s.importKey!("raw", DATA, "PBKDF2", true, ["deriveBits"]),
  ],
  [
    "DataError",
    "an AES key of a wrong length",
    (s) => s.importKey!("raw", DATA.subarray(1), "AES-CBC", true, ["encrypt"]),
  ],
  ["DataError", "an empty HMAC key", (s) => s.importKey!("raw", new Uint8Array(0), HMAC, true, ["sign"])],
  [
    "DataError",
    "a HMAC key shorter than its length",
    (s) => s.importKey!("raw", DATA, { ...HMAC, length: 129 }, true, ["sign"]),
  ],
  [
    "DataError",
    "a HMAC key longer than its length",
    (s) => s.importKey!("raw", DATA, { ...HMAC, length: 120 }, true, ["sign"]),
  ],
  [
    "DataError",
    "a JWK of another kind",
    (s) => s.importKey!("jwk", { ...oct, kty: "EC" }, HMAC, true, ["sign"]),
  ],
  ["DataError", "a JWK without k", (s) => s.importKey!("jwk", { kty: "oct" }, HMAC, true, ["sign"])],
  [
    "DataError",
    "a JWK for another algorithm",
    (s) => s.importKey!("jwk", { ...oct, alg: "HS512" }, HMAC, true, ["sign"]),
  ],
  [
    "DataError",
    "a JWK for another use",
    (s) => s.importKey!("jwk", { ...oct, use: "enc" }, HMAC, true, ["sign"]),
  ],
  [
    "DataError",
    "a JWK for other operations",
    (s) => s.importKey!("jwk", { ...oct, key_ops: ["verify"] }, HMAC, true, ["sign"]),
  ],
  [
    "DataError",
    "a JWK with an operation twice",
    (s) => s.importKey!("jwk", { ...oct, key_ops: ["sign", "sign"] }, HMAC, true, ["sign"]),
  ],
  [
    "DataError",
    "a JWK that must not be extractable",
    (s) => s.importKey!("jwk", { ...oct, ext: false }, HMAC, true, ["sign"]),
  ],
  [
    "DataError",
    "an EC JWK that must not be extractable",
    async (s) => {
      const { publicKey } = (await s.generateKey!(EC, true, ["sign", "verify"])) as Key;
      const jwk = (await s.exportKey!("jwk", publicKey)) as object;
      return s.importKey!("jwk", { ...jwk, ext: false }, EC, true, ["verify"]);
    },
  ],
  ["DataError", "bytes that are no SPKI", (s) => s.importKey!("spki", DATA, EC, true, ["verify"])],
  [
    "DataError",
    "SPKI of another curve",
    async (s) => {
      const { publicKey } = (await s.generateKey!(EC, true, ["sign", "verify"])) as Key;
      return s.importKey!(
        "spki",
        await s.exportKey!("spki", publicKey),
        { ...EC, namedCurve: "P-384" },
        true,
        ["verify"],
      );
    },
  ],
  [
    "DataError",
    "SPKI of another algorithm",
    async (s) => {
      const { publicKey } = (await s.generateKey!(EC, true, ["sign", "verify"])) as Key;
      return s.importKey!(
        "spki",
        await s.exportKey!("spki", publicKey),
        { name: "RSA-PSS", hash: "SHA-1" },
        true,
        ["verify"],
      );
    },
  ],
  [
    "DataError",
    "a point that is not on the curve",
    (s) => s.importKey!("raw", new Uint8Array(65).fill(4), EC, true, ["verify"]),
  ],
  [
    "InvalidAccessError",
    "a key without the usage",
    async (s) => s.sign!("HMAC", await s.generateKey!(HMAC, true, ["verify"]), DATA),
  ],
  [
    "InvalidAccessError",
    "a key of another algorithm",
    async (s) =>
      s.encrypt!(GCM, await s.generateKey!({ name: "AES-CBC", length: 128 }, true, ["encrypt"]), DATA),
  ],
  [
    "InvalidAccessError",
    "a public key that signs",
    async (s) =>
      s.sign!(
        { ...EC, hash: "SHA-256" },
        ((await s.generateKey!(EC, true, ["sign", "verify"])) as Key).publicKey,
        DATA,
      ),
  ],
  [
    "InvalidAccessError",
    "exporting a key that is not extractable",
    async (s) => s.exportKey!("raw", await s.generateKey!(HMAC, false, ["sign"])),
  ],
  [
    "InvalidAccessError",
    "a private key as SPKI",
    async (s) => s.exportKey!("spki", ((await s.generateKey!(EC, true, ["sign"])) as Key).privateKey),
  ],
  [
    "InvalidAccessError",
    "a public key as PKCS #8",
    async (s) => s.exportKey!("pkcs8", ((await s.generateKey!(EC, true, ["sign"])) as Key).publicKey),
  ],
  [
    "InvalidAccessError",
    "a private key for the other side",
    async (s) => {
      const { privateKey } = (await s.generateKey!(ECDH, true, ["deriveBits"])) as Key;
      return s.deriveBits!({ name: "ECDH", public: privateKey }, privateKey, 128);
    },
  ],
  [
    "InvalidAccessError",
    "a key of another curve for the other side",
    async (s) => {
      const { privateKey } = (await s.generateKey!(ECDH, true, ["deriveBits"])) as Key;
      const other = (await s.generateKey!({ ...ECDH, namedCurve: "P-521" }, true, ["deriveBits"])) as Key;
      return s.deriveBits!({ name: "ECDH", public: other.publicKey }, privateKey, 128);
    },
  ],
  [
    "OperationError",
    "an AES key of 100 bits",
    (s) => s.generateKey!({ name: "AES-GCM", length: 100 }, true, ["encrypt"]),
  ],
  ["OperationError", "a HMAC key of no bits", (s) => s.generateKey!({ ...HMAC, length: 0 }, true, ["sign"])],
  [
    "OperationError",
    "a tag of 24 bits",
    async (s) =>
      s.encrypt!(
        { ...GCM, tagLength: 24 },
        await s.generateKey!({ name: "AES-GCM", length: 128 }, true, ["encrypt"]),
        DATA,
      ),
  ],
  [
    "OperationError",
    "ciphertext shorter than its tag",
    async (s) =>
      s.decrypt!(
        GCM,
        await s.generateKey!({ name: "AES-GCM", length: 128 }, true, ["decrypt"]),
        DATA.subarray(1),
      ),
  ],
  [
    "OperationError",
    "a wrong padding",
    async (s) =>
      s.decrypt!(
        { name: "AES-CBC", iv: DATA },
        await s.importKey!("raw", DATA, "AES-CBC", true, ["decrypt"]),
        DATA,
      ),
  ],
  [
    "OperationError",
    "a CBC vector of 12 bytes",
    async (s) =>
      s.encrypt!(
        { ...GCM, name: "AES-CBC" },
        await s.importKey!("raw", DATA, "AES-CBC", true, ["encrypt"]),
        DATA,
      ),
  ],
  [
    "OperationError",
    "a CTR counter of no bits",
    async (s) =>
      s.encrypt!(
        { name: "AES-CTR", counter: DATA, length: 0 },
        await s.importKey!("raw", DATA, "AES-CTR", true, ["encrypt"]),
        DATA,
      ),
  ],
  [
    "OperationError",
    "more text than RSA-OAEP takes",
    async (s) =>
      s.encrypt!(
        "RSA-OAEP",
        ((await s.generateKey!(RSA, true, ["encrypt", "decrypt"])) as Key).publicKey,
        new Uint8Array(200),
      ),
  ],
  [
    "OperationError",
    "PBKDF2 for all there is",
    async (s) =>
      s.deriveBits!(
        { name: "PBKDF2", hash: "SHA-1", salt: DATA, iterations: 1 },
        await s.importKey!("raw", DATA, "PBKDF2", false, ["deriveBits"]),
        null,
      ),
  ],
  [
    "OperationError",
    "PBKDF2 without iterations",
    async (s) =>
      s.deriveBits!(
        { name: "PBKDF2", hash: "SHA-1", salt: DATA, iterations: 0 },
        await s.importKey!("raw", DATA, "PBKDF2", false, ["deriveBits"]),
        8,
      ),
  ],
  [
    "OperationError",
    "more bits than ECDH has",
    async (s) => {
      const { privateKey, publicKey } = (await s.generateKey!(ECDH, true, ["deriveBits"])) as Key;
      return s.deriveBits!({ name: "ECDH", public: publicKey }, privateKey, 264);
    },
  ],
  [
    "OperationError",
    "an unwrapped key that was changed",
    async (s) =>
      s.unwrapKey!(
        "raw",
        new Uint8Array(24),
        await s.importKey!("raw", DATA, "AES-KW", false, ["unwrapKey"]),
        "AES-KW",
        "AES-GCM",
        true,
        ["encrypt"],
      ),
  ],
  [
    "DataError",
    "an unwrapped JWK that is none",
    async (s) => {
      const key = await s.importKey!("raw", DATA, "AES-GCM", false, ["encrypt", "unwrapKey"]);
      const sealed = await s.encrypt!(GCM, key, new TextEncoder().encode("{"));
      return s.unwrapKey!("jwk", sealed, key, GCM, "AES-GCM", true, ["encrypt"]);
    },
  ],
];

/** Where Node departs from the specification. */
const NODE_DIFFERS = ["bytes as JWK"];

for (const [name, why, call] of REFUSED) {
  test(`${name}: ${why}`, async () => {
    const error = await call(ours).then(
      () => assert.fail("the call was accepted"),
      (reason: unknown) => reason as Error,
    );
    assert.equal(error.name, name, error.stack ?? "");
    if (name !== "TypeError") assert.ok(error instanceof DOMException);
    if (!NODE_DIFFERS.includes(why)) await assert.rejects(call(nodes), { name }, "Node differs");
  });
}
