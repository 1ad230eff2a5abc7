import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { cryptoChunks } from "./crypto_chunks.ts";

const chunks = cryptoChunks();
const { crypto } = chunks.globals;
/** Ours, with the types of Node's. */
const subtle = crypto.subtle as unknown as webcrypto.SubtleCrypto;
const node = webcrypto.subtle;

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const hex = (data: ArrayBuffer) => Buffer.from(data).toString("hex");
const fromBase64Url = (text: string) => new Uint8Array(Buffer.from(text, "base64url"));
const EXPONENT = new Uint8Array([1, 0, 1]);

test("digests are those of FIPS 180-4, short and long", async () => {
  const abc = new TextEncoder().encode("abc");
  assert.equal(hex(await subtle.digest("sha-1", abc)), "a9993e364706816aba3e25717850c26c9cd0d89d");
  for (const name of ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) {
    for (const data of [abc, new Uint8Array(64 * 1024 + 1).fill(7)]) {
      assert.deepEqual(await subtle.digest({ name }, data), await node.digest(name, data));
    }
  }
});

test("HMAC signs the example of RFC 7515, appendix A.1, and accepts no other signature", async () => {
  const k = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await subtle.importKey("jwk", { kty: "oct", k, alg: "HS256" }, algorithm, true, [
    "sign",
    "verify",
  ]);
  const input = new TextEncoder().encode(
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
  );
  const signature = new Uint8Array(await subtle.sign("HMAC", key, input));
  assert.equal(Buffer.from(signature).toString("base64url"), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  assert.equal(await subtle.verify("hmac", key, signature, input), true);
  assert.equal(await subtle.verify("HMAC", key, signature.subarray(1), input), false);
  signature[31]! ^= 1;
  assert.equal(await subtle.verify("HMAC", key, signature, input), false);
  assert.deepEqual(
    { ...(await subtle.exportKey("jwk", key)) },
    {
      kty: "oct",
      k,
      alg: "HS256",
      key_ops: ["sign", "verify"],
      ext: true,
    },
  );
});

test("ECDSA accepts the example of RFC 7515, appendix A.3", async () => {
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  };
  const key = await subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
  const input = new TextEncoder().encode(
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
  );
  const signature = fromBase64Url(
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
  );
  const algorithm = { name: "ECDSA", hash: { name: "SHA-256" } };
  assert.equal(await subtle.verify(algorithm, key, signature, input), true);
  assert.equal(await subtle.verify(algorithm, key, signature, input.subarray(1)), false);
});

test("Ed25519 signs test 2 of RFC 8032, section 7.1", async () => {
  const pkcs8 = bytes(
    "302e020100300506032b657004220420 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
  );
  const key = await subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  const signature = await subtle.sign("Ed25519", key, bytes("72"));
  assert.equal(
    hex(signature),
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  );
});

test("AES-GCM gives test case 4 of the GCM specification and notices what was changed", async () => {
  const key = await subtle.importKey("raw", bytes("feffe9928665731c6d6a8f9467308308"), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  const algorithm = {
    name: "AES-GCM",
    iv: bytes("cafebabefacedbaddecaf888"),
    additionalData: bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
  };
  const plain = bytes(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
  );
  const sealed = await subtle.encrypt(algorithm, key, plain);
  assert.equal(
    hex(sealed),
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
  );
  assert.equal(hex(await subtle.decrypt(algorithm, key, sealed)), hex(plain.buffer));
  new Uint8Array(sealed)[0]! ^= 1;
  await assert.rejects(subtle.decrypt(algorithm, key, sealed), { name: "OperationError" });
});

test("AES-GCM takes vectors of any length up to 128 bytes, whatever the length of the data", async () => {
  const key = await subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt", "decrypt"]);
  for (const length of [1, 8, 12, 16, 128]) {
    const algorithm = { name: "AES-GCM", iv: new Uint8Array(length) };
    for (const size of [3, 70_000]) {
      const sealed = await subtle.encrypt(algorithm, key, new Uint8Array(size));
      assert.equal((await subtle.decrypt(algorithm, key, sealed)).byteLength, size);
    }
  }
  for (const length of [0, 129]) {
    const algorithm = { name: "AES-GCM", iv: new Uint8Array(length) };
    await assert.rejects(subtle.encrypt(algorithm, key, new Uint8Array(3)), { name: "OperationError" });
  }
});

test("AES-KW wraps the key of RFC 3394, section 4.1", async () => {
  const wrapping = await subtle.importKey("raw", bytes("000102030405060708090a0b0c0d0e0f"), "AES-KW", false, [
    "wrapKey",
    "unwrapKey",
  ]);
  const key = await subtle.importKey("raw", bytes("00112233445566778899aabbccddeeff"), "AES-GCM", true, [
    "encrypt",
  ]);
  const wrapped = await subtle.wrapKey("raw", key, wrapping, "AES-KW");
  assert.equal(hex(wrapped), "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
  const unwrapped = await subtle.unwrapKey("raw", wrapped, wrapping, "AES-KW", "AES-GCM", true, ["encrypt"]);
  assert.equal(hex(await subtle.exportKey("raw", unwrapped)), "00112233445566778899aabbccddeeff");
});

test("PBKDF2 and HKDF give the vectors of RFC 6070 and RFC 5869", async () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const password = await subtle.importKey("raw", text("password"), "PBKDF2", false, ["deriveBits"]);
  const pbkdf2 = { name: "PBKDF2", hash: "SHA-1", salt: text("salt"), iterations: 4096 };
  assert.equal(
    hex(await subtle.deriveBits(pbkdf2, password, 160)),
    "4b007901b765489abead49d926f721d065a429c1",
  );
  const secret = await subtle.importKey("raw", new Uint8Array(22).fill(0x0b), "HKDF", false, ["deriveBits"]);
  const hkdf = {
    name: "HKDF",
    hash: "SHA-256",
    salt: bytes("000102030405060708090a0b0c"),
    info: bytes("f0f1f2f3f4f5f6f7f8f9"),
  };
  assert.equal(
    hex(await subtle.deriveBits(hkdf, secret, 42 * 8)),
    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  );
});

const SIGNING = [
  [{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: EXPONENT }, {}],
  [{ name: "RSA-PSS", hash: "SHA-384", modulusLength: 2048, publicExponent: EXPONENT }, { saltLength: 48 }],
  [{ name: "ECDSA", namedCurve: "P-256" }, { hash: "SHA-256" }],
  [{ name: "ECDSA", namedCurve: "P-384" }, { hash: "SHA-384" }],
  [{ name: "ECDSA", namedCurve: "P-521" }, { hash: "SHA-512" }],
  [{ name: "Ed25519" }, {}],
  [{ name: "HMAC", hash: "SHA-512" }, {}],
] as const;

/** Keys that `from` made, in the hands of `to`: through JWK, and through the binary formats. */
async function carried(
  from: webcrypto.SubtleCrypto,
  to: webcrypto.SubtleCrypto,
  algorithm: object,
  usages: webcrypto.KeyUsage[],
): Promise<{ made: webcrypto.CryptoKey[]; imported: webcrypto.CryptoKey[][] }> {
  const result = await from.generateKey(algorithm as webcrypto.EcKeyGenParams, true, usages);
  const made = "privateKey" in result ? [result.privateKey, result.publicKey] : [result as never];
  const imported: webcrypto.CryptoKey[][] = [];
  for (const binary of [false, true]) {
    const keys: webcrypto.CryptoKey[] = [];
    for (const key of made) {
      const format = !binary
        ? "jwk"
        : key.type === "private"
          ? "pkcs8"
          : key.type === "public"
            ? "spki"
            : "raw";
      const data = await from.exportKey(format as "jwk", key);
      keys.push(await to.importKey(format as "jwk", data, algorithm as never, true, [...key.usages]));
    }
    imported.push(keys);
  }
  return { made, imported };
}

for (const [algorithm, parameters] of SIGNING) {
  const label = `${algorithm.name} ${"namedCurve" in algorithm ? algorithm.namedCurve : ""}`;
  test(`${label}: what one signs the other verifies, with keys carried in every format`, async () => {
    const data = new TextEncoder().encode("signed text");
    const use = { name: algorithm.name, ...parameters } as webcrypto.RsaPssParams;
    for (const [from, to] of [
      [subtle, node],
      [node, subtle],
    ] as const) {
      const { made, imported } = await carried(from, to, algorithm, ["sign", "verify"]);
      const signature = await from.sign(use, made[0]!, data);
      for (const keys of imported) {
        assert.deepEqual(structuredClone(keys[0]!.algorithm), structuredClone(made[0]!.algorithm));
        assert.deepEqual([...keys[0]!.usages], [...made[0]!.usages]);
        assert.equal(await to.verify(use, keys.at(-1)!, signature, data), true);
        assert.equal(await to.verify(use, keys.at(-1)!, signature, data.subarray(1)), false);
        const answer = await to.sign(use, keys[0]!, data);
        assert.equal(await from.verify(use, made.at(-1)!, answer, data), true);
      }
    }
  });
}

const CIPHERS = [
  [
    { name: "AES-GCM", length: 256 },
    { iv: new Uint8Array(12), tagLength: 96 },
  ],
  [{ name: "AES-CBC", length: 192 }, { iv: new Uint8Array(16) }],
  [
    { name: "AES-CTR", length: 128 },
    { counter: new Uint8Array(16).fill(255), length: 64 },
  ],
  [
    { name: "RSA-OAEP", hash: "SHA-256", modulusLength: 2048, publicExponent: EXPONENT },
    { label: new Uint8Array([1, 2]) },
  ],
] as const;

for (const [algorithm, parameters] of CIPHERS) {
  test(`${algorithm.name}: what one encrypts the other decrypts`, async () => {
    const use = { name: algorithm.name, ...parameters } as webcrypto.AesCbcParams;
    const sizes = algorithm.name === "RSA-OAEP" ? [0, 100] : [0, 100, 70_000];
    for (const [from, to] of [
      [subtle, node],
      [node, subtle],
    ] as const) {
      const { made, imported } = await carried(from, to, algorithm, ["encrypt", "decrypt"]);
      for (const size of sizes) {
        const data = new Uint8Array(size).fill(5);
        const sealed = await from.encrypt(use, made.at(-1)!, data);
        for (const keys of imported) assert.deepEqual(await to.decrypt(use, keys[0]!, sealed), data.buffer);
      }
    }
  });
}

for (const algorithm of [{ name: "ECDH", namedCurve: "P-384" }, { name: "X25519" }]) {
  test(`${algorithm.name}: both sides derive the same bits and keys`, async () => {
    const { made, imported } = await carried(subtle, node, algorithm, ["deriveBits", "deriveKey"]);
    const other = await carried(node, subtle, algorithm, ["deriveBits", "deriveKey"]);
    for (const length of [null, 128]) {
      const here = { name: algorithm.name, public: other.imported[0]![1]! };
      const there = { name: algorithm.name, public: imported[0]![1]! };
      const bits = await subtle.deriveBits(here, made[0]!, length as number);
      assert.deepEqual(bits, await node.deriveBits(there, other.made[0]!, length as number));
    }
    const use = { name: algorithm.name, public: other.imported[0]![1]! };
    const key = await subtle.deriveKey(use, made[0]!, { name: "AES-GCM", length: 128 }, true, ["encrypt"]);
    const bits = await subtle.deriveBits(use, made[0]!, 128);
    assert.deepEqual(await subtle.exportKey("raw", key), bits);
    const raw = await subtle.exportKey("raw", made[1]!);
    assert.deepEqual(raw, await node.exportKey("raw", imported[1]![1]!));
    assert.equal((await subtle.importKey("raw", raw, algorithm, true, [])).type, "public");
  });
}

test("keys are wrapped in every format and unwrapped by Node", async () => {
  const pair = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const raw = new Uint8Array(32).fill(3);
  const usages: webcrypto.KeyUsage[] = ["wrapKey", "unwrapKey"];
  const ours = await subtle.importKey("raw", raw, "AES-GCM", false, usages);
  const theirs = await node.importKey("raw", raw, "AES-GCM", false, usages);
  const use = { name: "AES-GCM", iv: new Uint8Array(12) };
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  for (const format of ["jwk", "pkcs8"] as const) {
    const wrapped = await subtle.wrapKey(format, pair.privateKey, ours, use);
    const key = await node.unwrapKey(format, wrapped, theirs, use, algorithm, true, ["sign"]);
    assert.deepEqual(await node.exportKey("pkcs8", key), await subtle.exportKey("pkcs8", pair.privateKey));
    const back = await subtle.unwrapKey(format, wrapped, ours, use, algorithm, false, ["sign"]);
    assert.equal(back.extractable, false);
  }
});

test("deriveKey gives HMAC keys the length of a block, or the one asked for", async () => {
  const base = await subtle.importKey("raw", new Uint8Array(9), "HKDF", false, ["deriveKey"]);
  const use = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: new Uint8Array(0) };
  for (const [hash, length, expected] of [
    ["SHA-1", undefined, 64],
    ["SHA-512", undefined, 128],
    ["SHA-256", 128, 16],
  ] as const) {
    const type = { name: "HMAC", hash, ...(length && { length }) };
    const key = await subtle.deriveKey(use, base, type, true, ["sign"]);
    assert.equal((await subtle.exportKey("raw", key)).byteLength, expected);
  }
});

test("the same HMAC and AES-GCM as Node's for any key and data", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("SHA-1", "SHA-256", "SHA-384", "SHA-512"),
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }),
      async (hash, raw, data) => {
        const hmac = { name: "HMAC", hash };
        const [ours, theirs] = await Promise.all(
          [subtle, node].map(async (each) =>
            each.sign("HMAC", await each.importKey("raw", raw, hmac, false, ["sign"]), data),
          ),
        );
        assert.deepEqual(ours, theirs);
        const aes = {
          name: "AES-GCM",
          iv: new Uint8Array([...raw.subarray(0, 116), ...new Uint8Array(12)]),
          additionalData: data,
        };
        const [sealed, expected] = await Promise.all(
          [subtle, node].map(async (each) => {
            const key = await each.importKey("raw", new Uint8Array(24), "AES-GCM", false, ["encrypt"]);
            return each.encrypt(aes, key, data);
          }),
        );
        assert.deepEqual(sealed, expected);
      },
    ),
    { numRuns: 50 },
  );
});

test("what is cheap starts no operation of the host", async () => {
  const { globals, calls } = cryptoChunks();
  const fresh = globals.crypto.subtle as unknown as webcrypto.SubtleCrypto;
  const key = await fresh.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign", "verify"]);
  await fresh.sign("HMAC", key, new Uint8Array(60_000));
  await fresh.digest("SHA-256", new Uint8Array(60_000));
  const aes = await fresh.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]);
  await fresh.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, aes, new Uint8Array(60_000));
  await fresh.exportKey("jwk", aes);
  assert.deepEqual(calls, []);
  await fresh.digest("SHA-256", new Uint8Array(70_000));
  assert.deepEqual(calls, ["crypto.digest"]);
  const pair = await fresh.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  calls.length = 0;
  const ecdsa = { name: "ECDSA", hash: "SHA-256" };
  for (const size of [64, 63, 0, 1000]) {
    assert.equal(await fresh.verify(ecdsa, pair.publicKey, new Uint8Array(size), new Uint8Array(3)), false);
  }
  assert.deepEqual(calls, ["crypto.verify"], "a signature longer than any can be");
});
