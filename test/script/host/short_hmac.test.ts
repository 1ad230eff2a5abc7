import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import type { BytesEncoding, HashName } from "../../../core/runtime/host/crypto_host_calls.ts";
import { ShortHmac } from "../../../core/script/host/short_hmac.ts";

const HASHES: readonly HashName[] = ["md5", "sha1", "sha256", "sha384", "sha512"];
const ENCODINGS: readonly BytesEncoding[] = ["hex", "base64", "base64url", "latin1"];
const LENGTHS = [0, 1, 20, 21, 63, 64, 65, 127, 128, 129, 1365, 1366, 4096, 4097];

const bytes = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 167 + length) & 0xff);
const text = (length: number): string => "aé€😀\ud800x".repeat(length).slice(0, length);

test("what it computes is what OpenSSL does, whatever was computed before", () => {
  const hmac = new ShortHmac();
  let computed = 0;
  for (const algorithm of HASHES) {
    for (const make of [bytes, text]) {
      for (const keyLength of LENGTHS.slice(0, 10)) {
        for (const length of LENGTHS) {
          const encoding = ENCODINGS[computed % ENCODINGS.length]!;
          const own = hmac.digest(algorithm, make(keyLength), make(length), encoding);
          if (own === undefined) continue;
          computed++;
          const expected = createHmac(algorithm, make(keyLength))
            .update(make(length))
            .digest(encoding as "hex");
          assert.equal(own, expected, `${algorithm}, key ${keyLength}, message ${length}, ${make.name}`);
        }
      }
    }
  }
  assert.ok(computed > 500, `${computed}`);
});

test("the case of RFC 4231 with a short key", () => {
  const own = new ShortHmac().digest("sha256", "Jefe", "what do ya want for nothing?", "hex");
  assert.equal(own, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
});

test("bytes that were given away count as none, as for OpenSSL", () => {
  const gone = bytes(8);
  structuredClone(gone.buffer, { transfer: [gone.buffer as ArrayBuffer] });
  const hmac = new ShortHmac();
  assert.equal(hmac.digest("sha1", gone, "x", "hex"), createHmac("sha1", "").update("x").digest("hex"));
  assert.equal(hmac.digest("sha1", "x", gone, "hex"), createHmac("sha1", "x").digest("hex"));
});

test("a key of more than a block and a long message are left to others", () => {
  const hmac = new ShortHmac();
  assert.equal(hmac.digest("sha256", bytes(65), "", "hex"), undefined);
  assert.equal(hmac.digest("sha512", bytes(129), "", "hex"), undefined);
  assert.equal(hmac.digest("sha1", "", bytes(4097), "hex"), undefined);
  assert.notEqual(hmac.digest("sha512", bytes(128), bytes(4096), "hex"), undefined);
});
