import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import { setImmediate as nextIteration } from "node:timers/promises";
import { CRYPTO_BYTES_LIMIT } from "../../../core/runtime/host/crypto_host_calls.ts";
import { hostCrypto } from "../../../core/script/host/host_crypto.ts";
import { CryptoLanes, FairLane } from "../../../core/script/host/host_crypto_lanes.ts";
import { cryptoOperations } from "../../../core/script/host/host_crypto_operations.ts";
import { HostOperationError, runHostOperation } from "../../../core/script/host/host_operations.ts";

const key = new Uint8Array(16);
const empty = new Uint8Array(0);

test("arguments of the wrong kind give undefined, whatever they are", () => {
  const hostile: unknown[] = [
    undefined,
    null,
    1,
    {},
    [],
    () => "x",
    new Float64Array(4),
    new ArrayBuffer(8),
    { length: 1 },
    Symbol("x"),
    "__proto__",
  ];
  const { hash, hmac, aes, aesKeyWrap, randomBytes, randomText } = hostCrypto as unknown as Record<
    string,
    (...values: unknown[]) => unknown
  >;
  for (const value of hostile) {
    assert.equal(hash!(value, "data", "hex"), undefined);
    assert.equal(hash!("sha256", "data", value), undefined);
    assert.equal(hmac!("sha256", "key", "data", value), undefined);
    assert.equal(aes!(value, false, key, key, key, key, 16), undefined);
    assert.equal(aes!("gcm", false, key, value, key, key, 16), undefined);
    assert.equal(aesKeyWrap!(false, value, key), undefined);
    assert.equal(randomText!(4, value), undefined);
    if (typeof value === "string") continue;
    assert.equal(hash!("sha256", value, "hex"), undefined);
    assert.equal(hmac!("sha256", value, "data", "hex"), undefined);
    if (value === 1) continue;
    assert.equal(randomBytes!(value), undefined);
  }
  for (const count of [-1, 65_537, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(randomBytes!(count), undefined);
  }
  for (const tagLength of [0, 3, 17, -1, Number.NaN, 2 ** 31, "x", {}]) {
    assert.equal(aes!("gcm", true, key, key, key, empty, tagLength), undefined);
  }
});

test("no call takes more than its bytes, however they are spread or written", () => {
  const half = new Uint8Array(CRYPTO_BYTES_LIMIT / 2 + 1);
  assert.equal(hostCrypto.hash("md5", new Uint8Array(CRYPTO_BYTES_LIMIT + 1), "hex"), undefined);
  assert.equal(hostCrypto.hmac("md5", half, half, "hex"), undefined);
  assert.equal(hostCrypto.aes("gcm", false, key, half, half, empty, 16), undefined);
  assert.equal(hostCrypto.hash("md5", "€".repeat(CRYPTO_BYTES_LIMIT / 3 + 1), "hex"), undefined);
  assert.equal(hostCrypto.hash("md5", "x".repeat(CRYPTO_BYTES_LIMIT), "hex")?.length, 32);
});

test("results hold their bytes and no others", () => {
  assert.equal(hostCrypto.randomBytes(5)?.byteLength, 5);
  assert.equal(hostCrypto.aes("gcm", false, key, key, new Uint8Array(3), empty, 16)?.byteLength, 19);
  assert.equal(hostCrypto.aesKeyWrap(false, key, key)?.byteLength, 24);
});

test("verify refuses what is not its kind of key, and says false of a signature that doesn't fit", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
  const good = new Uint8Array(sign("sha256", key, { key: privateKey, dsaEncoding: "ieee-p1363" }));
  const verify = hostCrypto.verify as (...values: unknown[]) => unknown;
  assert.equal(verify("ECDSA", "sha256", spki, good, key, 0), true);
  assert.equal(verify("ECDSA", "sha384", spki, good, key, 0), false);
  for (const length of [0, 1, 63, 64, 65, 560]) {
    assert.equal(verify("ECDSA", "sha256", spki, new Uint8Array(length), key, 0), false, `${length} bytes`);
  }
  assert.equal(verify("RSA-PSS", "sha256", spki, good, key, 32), undefined);
  assert.equal(verify("ECDSA", "sha256", new Uint8Array(10), good, key, 0), undefined);
  assert.equal(verify("ECDSA", "md5", spki, good, key, 0), undefined);
  assert.equal(verify("ECDSA", "sha256", spki, good, new Uint8Array(65_537), 0), undefined);
  const long = generateKeyPairSync("rsa", { modulusLength: 4224 }).publicKey;
  const longSpki = new Uint8Array(long.export({ type: "spki", format: "der" }));
  assert.equal(verify("RSA-PSS", "sha256", longSpki, good, key, 32), undefined);
  for (const hostile of [undefined, null, {}, "constructor", [], Number.NaN, Symbol("x")]) {
    assert.equal(verify(hostile, "sha256", spki, good, key, 0), undefined);
    assert.equal(verify("ECDSA", hostile, spki, good, key, 0), undefined);
    assert.equal(verify("ECDSA", "sha256", hostile, good, key, 0), undefined);
    assert.equal(verify("ECDSA", "sha256", spki, hostile, key, 0), undefined);
    assert.equal(verify("ECDSA", "sha256", spki, good, hostile, 0), undefined);
  }
});

/** Runs an operation as an isolate would; resolves to the error's name. */
async function refusal(name: string, job: object, ...bytes: Uint8Array[]): Promise<string> {
  const operations = cryptoOperations(new CryptoLanes(), {});
  try {
    await runHostOperation(operations, name, JSON.stringify(job), bytes);
  } catch (error) {
    return error instanceof HostOperationError ? error.name : "hidden";
  }
  return "accepted";
}

test("operations refuse what would take too long or too much memory", async () => {
  const exponent = new Uint8Array([1, 0, 1]);
  const rsa = (modulusLength: unknown) => ({
    algorithm: { name: "RSA-PSS", hash: "SHA-256", modulusLength },
    bytes: ["publicExponent"],
    usages: ["sign"],
  });
  const pbkdf2 = (iterations: unknown, length: number, name = "PBKDF2") => ({
    algorithm: { name, hash: "SHA-256", iterations },
    bytes: ["salt"],
    key: { type: "secret", algorithm: { name: "PBKDF2" } },
    length,
  });
  assert.equal(await refusal("crypto.generateKey", rsa(4097), exponent), "OperationError");
  assert.equal(await refusal("crypto.generateKey", rsa("1e9"), exponent), "OperationError");
  assert.equal(await refusal("crypto.generateKey", rsa(2048), new Uint8Array([1])), "OperationError");
  assert.equal(await refusal("crypto.generateKey", rsa(2048), new Uint8Array([0, 5])), "OperationError");
  const hmac = {
    algorithm: { name: "HMAC", hash: "SHA-1", length: 2 ** 32 - 8 },
    bytes: [],
    usages: ["sign"],
  };
  assert.equal(await refusal("crypto.generateKey", hmac), "NotSupportedError");
  assert.equal(await refusal("crypto.deriveBits", pbkdf2(10_000_001, 256), key, key), "OperationError");
  assert.equal(await refusal("crypto.deriveBits", pbkdf2(5_000_001, 512), key, key), "OperationError");
  assert.equal(await refusal("crypto.deriveBits", pbkdf2(1, 2 ** 31), key, key), "OperationError");
  assert.equal(await refusal("crypto.deriveBits", pbkdf2(2e9, 256, "pbkdf2"), key, key), "NotSupportedError");
  assert.equal(await refusal("crypto.deriveBits", pbkdf2([2e9], 256), key, key), "OperationError");
  const digest = { algorithm: { name: "SHA-1" }, bytes: [] };
  assert.equal(
    await refusal("crypto.digest", digest, new Uint8Array(CRYPTO_BYTES_LIMIT + 1)),
    "OperationError",
  );
  assert.equal(await refusal("crypto.digest", digest, new Uint8Array(3)), "accepted");
});

test("operations refuse what is no job, and tell nothing of the host", async () => {
  const jobs: unknown[] = [
    null,
    1,
    "x",
    [],
    {},
    { algorithm: null, bytes: [] },
    { algorithm: { name: "ECDSA" }, bytes: {} },
    { algorithm: { name: "ECDSA" }, bytes: ["iv"] },
    { algorithm: { name: "ECDSA" }, bytes: [], key: 1 },
    { algorithm: { name: "ECDSA", hash: "SHA-1" }, bytes: [], key: { type: "constructor", algorithm: {} } },
    { algorithm: { name: "ECDSA", hash: "SHA-1" }, bytes: [], key: { type: "private", algorithm: {} } },
    { algorithm: { name: "ECDSA", hash: "SHA-1" }, bytes: ["__proto__", "hash", "name"] },
    { algorithm: { name: "toString" }, bytes: [] },
  ];
  for (const operation of [
    "digest",
    "sign",
    "verify",
    "deriveBits",
    "importKey",
    "generateKey",
    "exportKey",
  ]) {
    for (const job of jobs) {
      const name = await refusal(`crypto.${operation}`, job as object, key, key);
      assert.match(name, /^(hidden|\w+Error)$/, `${operation} ${JSON.stringify(job)}`);
    }
    const operations = cryptoOperations(new CryptoLanes(), {});
    await assert.rejects(runHostOperation(operations, `crypto.${operation}`, "{", []), HostOperationError);
  }
});

/** Jobs that end when the test says so, in the order in which they began. */
function jobs(lane: FairLane) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const start = (owner: object, name: string) =>
    lane.run(owner, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return name;
    });
  const endOne = async () => {
    ends.shift()!();
    await nextIteration();
  };
  return { begun, start, endOne };
}

test("owners take turns: one job of the other is between two of a busy one", async () => {
  const { begun, start, endOne } = jobs(new FairLane({ concurrency: 1, waiting: 10 }));
  const [busy, quiet] = [{}, {}];
  const all = ["b1", "b2", "b3", "b4"].map((name) => start(busy, name));
  all.push(start(quiet, "q1"), start(quiet, "q2"));
  for (let i = 0; i < 6; i++) await endOne();
  assert.deepEqual(begun, ["b1", "b2", "q1", "b3", "q2", "b4"]);
  assert.deepEqual(await Promise.all(all), ["b1", "b2", "b3", "b4", "q1", "q2"]);
});

test("a lane runs so many jobs at once, keeps so many waiting, and drops those of an owner that is gone", async () => {
  const lane = new FairLane({ concurrency: 2, waiting: 1 });
  const { begun, start, endOne } = jobs(lane);
  const [one, two] = [{}, {}];
  const running = [start(one, "1"), start(one, "2")];
  const waiting = assert.rejects(start(one, "3"), /the site is gone/);
  await assert.rejects(start(one, "4"), /1 operations of this kind are waiting/);
  const other = start(two, "5");
  assert.deepEqual(begun, ["1", "2"]);
  lane.drop(one);
  await waiting;
  await endOne();
  assert.deepEqual(begun, ["1", "2", "5"]);
  await endOne();
  await endOne();
  await Promise.all([...running, other]);
});

test("a job that fails gives its place to the next", async () => {
  const lane = new FairLane({ concurrency: 1, waiting: 9 });
  const failing = lane.run({}, async () => {
    throw new Error("x");
  });
  const next = lane.run({}, async () => "next");
  await assert.rejects(failing, /x/);
  assert.equal(await next, "next");
});

test("while PBKDF2 works, the loop goes on and a signature doesn't wait for it", async (t) => {
  const operations = cryptoOperations(new CryptoLanes(), {});
  const derive = {
    algorithm: { name: "PBKDF2", hash: "SHA-512", iterations: 300_000 },
    bytes: ["salt"],
    key: { type: "secret", algorithm: { name: "PBKDF2" } },
    length: 512,
  };
  let derived = false;
  const deriving = runHostOperation(operations, "crypto.deriveBits", JSON.stringify(derive), [key, key]);
  void deriving.then(() => {
    derived = true;
  });
  const sign = {
    algorithm: { name: "HMAC" },
    bytes: [],
    key: { type: "secret", algorithm: { name: "HMAC", hash: "SHA-256" } },
  };
  await runHostOperation(operations, "crypto.sign", JSON.stringify(sign), [key, key]);
  assert.equal(derived, false);
  await once(AbortSignal.timeout(1), "abort");
  t.diagnostic(`PBKDF2 was ${derived ? "done" : "still working"} when a timer of 1 ms was due`);
  assert.equal(((await deriving) as ArrayBuffer).byteLength, 64);
});
