import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { CRYPTO_BYTES_LIMIT } from "../../../core/runtime/host/crypto_host_calls.ts";
import { create } from "../../../core/runtime/lodestone_crypto/chunk.ts";
import { hostCrypto } from "../../../core/script/host/host_crypto.ts";

const crypto = create({ host: hostCrypto }).exports;
const ALGORITHMS = ["md5", "sha1", "sha256", "sha384", "sha512"] as const;

test("hashes of the empty text and of abc are those of RFC 1321 and FIPS 180-4", () => {
  assert.equal(crypto.md5(""), "d41d8cd98f00b204e9800998ecf8427e");
  assert.equal(crypto.md5("abc"), "900150983cd24fb0d6963f7d28e17f72");
  assert.equal(crypto.sha1("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assert.equal(crypto.sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(
    crypto.sha384("abc"),
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
  );
  assert.equal(
    crypto.sha512("abc"),
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  );
});

test("HMACs are those of RFC 4231 and RFC 2202", () => {
  const cases: [key: string | Uint8Array, data: string | Uint8Array, sha256: string][] = [
    [
      new Uint8Array(20).fill(0x0b),
      "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ],
    [
      "Jefe",
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    [
      new Uint8Array(20).fill(0xaa),
      new Uint8Array(50).fill(0xdd),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    ],
    [
      new Uint8Array(131).fill(0xaa),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ];
  for (const [key, data, expected] of cases) assert.equal(crypto.hmac("sha256", key, data), expected);
  assert.equal(
    crypto.hmac("sha512", "Jefe", "what do ya want for nothing?"),
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
  );
  assert.equal(
    crypto.hmac("md5", "Jefe", "what do ya want for nothing?"),
    "750c783e6ab0b503eaa86e310a5db738",
  );
  assert.equal(
    crypto.hmac("sha1", "Jefe", "what do ya want for nothing?"),
    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
  );
});

test("every encoding gives the bytes Node gives, for text and for parts of buffers", () => {
  const text = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(
    fc.property(
      fc.constantFrom(...ALGORITHMS),
      text,
      fc.uint8Array({ maxLength: 200 }),
      (name, key, bytes) => {
        const view = new Uint8Array([1, 2, ...bytes, 3]).subarray(2, 2 + bytes.length);
        for (const encoding of ["hex", "base64", "base64url"] as const) {
          assert.equal(crypto[name](key, encoding), createHash(name).update(key).digest(encoding));
          assert.equal(crypto[name](view, encoding), createHash(name).update(bytes).digest(encoding));
          assert.equal(
            crypto.hmac(name, key, view, encoding),
            createHmac(name, key).update(bytes).digest(encoding),
          );
          assert.equal(
            crypto.hmac(name, view, key, encoding),
            createHmac(name, bytes).update(key).digest(encoding),
          );
        }
        const digest = crypto[name](view.buffer, "bytes") as Uint8Array;
        assert.deepEqual(Buffer.from(digest), createHash(name).update(Buffer.from(view.buffer)).digest());
      },
    ),
  );
});

test("arguments of the wrong kind are named", () => {
  const { sha256, hmac, timingSafeEqual, toHex } = crypto as unknown as Record<
    string,
    (...values: unknown[]) => unknown
  >;
  assert.throws(() => sha256!(1), /TypeError: sha256: text, an ArrayBuffer or a view .* not number/);
  assert.throws(() => sha256!(undefined), TypeError);
  assert.throws(() => sha256!({ length: 3 }), TypeError);
  assert.throws(() => sha256!("x", "utf8"), /TypeError: sha256: the encoding is .* not "utf8"/);
  assert.throws(() => sha256!("x", null), TypeError);
  assert.throws(() => hmac!("SHA-256", "k", "d"), /TypeError: hmac: the algorithm is md5, .* not "SHA-256"/);
  assert.throws(() => hmac!("sha256", undefined, "d"), /TypeError: hmac, key: /);
  assert.throws(() => hmac!("sha256", "k"), /TypeError: hmac, data: /);
  assert.throws(() => timingSafeEqual!("x", 1), TypeError);
  assert.throws(() => toHex!(null), /not null/);
});

test("more than 16 MB for one call is a RangeError", () => {
  assert.throws(
    () => crypto.sha256("x".repeat(CRYPTO_BYTES_LIMIT + 1)),
    /RangeError: sha256: 16777217 are more/,
  );
  assert.throws(() => crypto.sha256("€".repeat(CRYPTO_BYTES_LIMIT / 2)), RangeError);
  assert.throws(() => crypto.md5(new Uint8Array(CRYPTO_BYTES_LIMIT + 1)), RangeError);
  const half = new Uint8Array(CRYPTO_BYTES_LIMIT / 2 + 1);
  assert.throws(() => crypto.hmac("md5", half, half), RangeError);
  assert.throws(() => crypto.fromHex("0".repeat(2 ** 28)), RangeError);
  assert.throws(() => crypto.toBase64Url("0".repeat(2 ** 28)), RangeError);
});

test("timingSafeEqual compares text and bytes; another length is false", () => {
  const { timingSafeEqual } = crypto;
  assert.equal(timingSafeEqual("", ""), true);
  assert.equal(timingSafeEqual("secret", "secret"), true);
  assert.equal(timingSafeEqual("secret", "secreT"), false);
  assert.equal(timingSafeEqual("secret", "secret "), false);
  assert.equal(timingSafeEqual("\u0100", "\u0000"), false);
  assert.equal(timingSafeEqual("é", new Uint8Array([0xc3, 0xa9])), true);
  assert.equal(timingSafeEqual("é", new Uint8Array([0xe9])), false);
  assert.equal(timingSafeEqual(new Uint8Array([1, 2]), new DataView(new Uint8Array([1, 2]).buffer)), true);
  assert.equal(timingSafeEqual(new Uint8Array([1, 2]), new Uint8Array([1, 3]).buffer), false);
});

test("random bytes and hex have the length asked for and differ", () => {
  for (const count of [0, 1, 256, 257, 65_536]) {
    assert.equal(crypto.randomBytes(count).length, count);
    assert.equal(crypto.randomHex(count).length, 2 * count);
  }
  assert.notEqual(crypto.randomHex(16), crypto.randomHex(16));
  assert.match(crypto.randomHex(16), /^[0-9a-f]{32}$/);
  assert.notDeepEqual(crypto.randomBytes(16), crypto.randomBytes(16));
  for (const count of [-1, 1.5, 65_537, Number.NaN, "4", undefined]) {
    assert.throws(() => crypto.randomBytes(count as number), RangeError);
    assert.throws(() => crypto.randomHex(count as number), RangeError);
  }
});

test("randomInt reaches every value of its range and none beside it", () => {
  const seen = new Set<number>();
  for (let i = 0; i < 2000; i++) seen.add(crypto.randomInt(-2, 3));
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    [-2, -1, 0, 1, 2],
  );
  assert.equal(crypto.randomInt(1), 0);
  assert.ok(crypto.randomInt(2 ** 48) < 2 ** 48);
  for (const [from, to] of [
    [0],
    [-1],
    [1, 1],
    [2, 1],
    [0, 2 ** 48 + 1],
    [0.5, 2],
    [Number.NaN],
    [2 ** 53, 2 ** 53 + 2],
  ]) {
    assert.throws(() => crypto.randomInt(from!, to), RangeError, `${from}, ${to}`);
  }
  // The highest of the 48-bit values would make low results too frequent: they are drawn again.
  const drawn = ["\xff\xff\xff\xff\xff\xff", "\x00\x00\x00\x00\x00\x05"];
  const host = { ...hostCrypto, randomText: () => drawn.shift() };
  assert.equal(create({ host }).exports.randomInt(3), 2);
});

test("hex and base64url agree with Node both ways", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      assert.equal(crypto.toHex(bytes), buffer.toString("hex"));
      assert.equal(crypto.toBase64Url(bytes), buffer.toString("base64url"));
      assert.deepEqual(crypto.fromHex(buffer.toString("hex").toUpperCase()), bytes);
      assert.deepEqual(crypto.fromBase64Url(buffer.toString("base64url")), bytes);
    }),
  );
  assert.equal(crypto.toBase64Url("ÿþ🦊"), Buffer.from("ÿþ🦊").toString("base64url"));
});

test("what is not exactly hex or base64url is refused", () => {
  for (const text of ["0", "0g", "0x", " 00", "0 ", "00\n", "\u{ff10}0", "é0"]) {
    assert.throws(() => crypto.fromHex(text), SyntaxError, text);
  }
  for (const text of ["A", "AA==", "AA=", "A A", "AA\n", "+/AA", "AB", "AAB", "AAAAA", "é", "AAA\u{ff21}"]) {
    assert.throws(() => crypto.fromBase64Url(text), SyntaxError, text);
  }
  assert.throws(() => crypto.fromHex(1 as never), TypeError);
});

test("a text decodes only when encoding what it decodes to gives it again", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."AZaz09-_+/= Q"), maxLength: 9 }), (text) => {
      try {
        assert.equal(crypto.toBase64Url(crypto.fromBase64Url(text)), text);
      } catch (error) {
        assert.ok(error instanceof SyntaxError);
        assert.notEqual(Buffer.from(text, "base64url").toString("base64url"), text);
      }
    }),
  );
});

test("the module is frozen", () => {
  assert.ok(Object.isFrozen(crypto));
});
