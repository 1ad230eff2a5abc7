import assert from "node:assert/strict";
import { test } from "node:test";
import { cryptoChunks } from "./crypto_chunks.ts";

const { globals, cloneKey } = cryptoChunks();
const { crypto, Crypto, CryptoKey, SubtleCrypto } = globals;
const { subtle } = crypto;
const HMAC = { name: "HMAC", hash: "SHA-256" };
const text = (value: string) => new TextEncoder().encode(value);

type KeyLike = InstanceType<typeof CryptoKey>;

test("getRandomValues fills every typed array of integers and returns it", () => {
  for (const Type of [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    BigInt64Array,
    BigUint64Array,
  ]) {
    const array = new Type(64);
    assert.equal(crypto.getRandomValues(array), array);
    assert.ok(new Uint8Array(array.buffer).some((value) => value !== 0));
  }
  assert.equal(crypto.getRandomValues(new Uint8Array(65_536)).length, 65_536);
  assert.equal(crypto.getRandomValues(new Uint8Array(0)).length, 0);
});

test("getRandomValues touches nothing beside the view", () => {
  const whole = new Uint8Array(100);
  crypto.getRandomValues(whole.subarray(40, 60));
  assert.ok(whole.subarray(0, 40).every((value) => value === 0));
  assert.ok(whole.subarray(60).every((value) => value === 0));
  assert.ok(whole.subarray(40, 60).some((value) => value !== 0));
});

test("getRandomValues refuses other arrays and more than its quota", () => {
  const mismatch = { name: "TypeMismatchError", code: 17 };
  assert.throws(() => crypto.getRandomValues(new Float32Array(4)), mismatch);
  assert.throws(() => crypto.getRandomValues(new DataView(new ArrayBuffer(4))), mismatch);
  for (const value of [[1], new ArrayBuffer(4), null, undefined, new Uint8Array(new SharedArrayBuffer(4))]) {
    assert.throws(() => crypto.getRandomValues(value), TypeError);
  }
  assert.throws(() => crypto.getRandomValues(new Uint8Array(65_537)), {
    name: "QuotaExceededError",
    code: 22,
  });
  assert.throws(() => crypto.getRandomValues(new Uint32Array(16_385)), { name: "QuotaExceededError" });
});

test("randomUUID gives UUIDs of version 4", () => {
  assert.match(crypto.randomUUID(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(crypto.randomUUID(), crypto.randomUUID());
});

test("the classes cannot be constructed and look as Web IDL prescribes", () => {
  for (const Class of [Crypto, CryptoKey, SubtleCrypto]) {
    assert.throws(() => new Class(), /TypeError: Illegal constructor/);
    assert.throws(() => new Class(Symbol("inside the runtime"), {}), TypeError);
    assert.equal(Class.length, 0);
  }
  assert.equal(String(crypto), "[object Crypto]");
  assert.equal(String(subtle), "[object SubtleCrypto]");
  assert.ok(crypto instanceof Crypto && subtle instanceof SubtleCrypto);
  assert.equal(crypto.subtle, subtle);
  const lengths = { digest: 2, sign: 3, verify: 4, importKey: 5, exportKey: 2, deriveBits: 2, unwrapKey: 7 };
  for (const [name, length] of Object.entries(lengths)) {
    const method = (subtle as unknown as Record<string, { length: number }>)[name]!;
    assert.equal(method.length, length, name);
  }
  assert.deepEqual(Object.keys(SubtleCrypto.prototype).length, 12);
});

test("methods called on something else throw, or reject when they return promises", async () => {
  const { getRandomValues, randomUUID } = crypto as unknown as Record<string, (value?: unknown) => unknown>;
  assert.throws(() => getRandomValues!.call({}, new Uint8Array(4)), TypeError);
  assert.throws(() => randomUUID!.call(undefined), TypeError);
  await assert.rejects(subtle.digest.call({} as never, "SHA-1", new Uint8Array(4)), TypeError);
  await assert.rejects(subtle.exportKey("raw", Object.create(CryptoKey.prototype)), TypeError);
});

test("a key's attributes are always the same objects, and changing them changes nothing", async () => {
  const key = (await subtle.importKey("raw", text("key"), HMAC, false, [
    "verify",
    "sign",
    "sign",
  ])) as KeyLike;
  assert.deepEqual(
    [key.type, key.extractable, key.algorithm, key.usages],
    ["secret", false, { name: "HMAC", hash: { name: "SHA-256" }, length: 24 }, ["sign", "verify"]],
  );
  assert.equal(key.algorithm, key.algorithm);
  assert.equal(key.usages, key.usages);
  (key.algorithm as { name: string }).name = "AES-GCM";
  key.usages.length = 0;
  assert.equal((await subtle.sign("HMAC", key, text("x"))).byteLength, 32);
  assert.deepEqual(Reflect.ownKeys(key), []);
  assert.equal(JSON.stringify(key), "{}");
});

test("a cloned key is another object that works alike", async () => {
  const key = (await subtle.importKey("raw", text("key"), HMAC, false, ["sign"])) as KeyLike;
  const clone = cloneKey(key)!;
  assert.notEqual(clone, key);
  assert.deepEqual(await subtle.sign("HMAC", clone, text("x")), await subtle.sign("HMAC", key, text("x")));
  await assert.rejects(subtle.exportKey("raw", clone), { name: "InvalidAccessError" });
  assert.equal(cloneKey({}), undefined);
});

test("bytes are taken when the method is called, keys when they are imported", async () => {
  const secret = text("secret key");
  const importing = subtle.importKey("raw", secret, HMAC, true, ["sign"]);
  secret.fill(0);
  const key = await importing;
  assert.equal(Buffer.from((await subtle.exportKey("raw", key)) as ArrayBuffer).toString(), "secret key");
  const data = new Uint8Array(100_000);
  const digesting = subtle.digest("SHA-256", data);
  const expected = await subtle.digest("SHA-256", new Uint8Array(100_000));
  data.fill(1);
  assert.deepEqual(await digesting, expected);
  const exported = (await subtle.exportKey("raw", key)) as ArrayBuffer;
  new Uint8Array(exported).fill(0);
  assert.equal(Buffer.from((await subtle.exportKey("raw", key)) as ArrayBuffer).toString(), "secret key");
});

/** Notes what is read of an object. */
function watched<T extends object>(target: T, read: string[], label = ""): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      read.push(label + String(name));
      return Reflect.get(object, name, receiver);
    },
  });
}

test("parameters are read once, in the order of the dictionary, before the method returns", async () => {
  const read: string[] = [];
  const key = await subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]);
  const gcm = { tagLength: 128, iv: new Uint8Array(12), additionalData: new Uint8Array(1), name: "AES-GCM" };
  const encrypting = subtle.encrypt(watched(gcm, read), key, new Uint8Array(1));
  assert.deepEqual(read, ["name", "additionalData", "iv", "tagLength"]);
  read.length = 0;
  const hash = watched({ name: "SHA-256" }, read, "hash.");
  const generating = subtle.generateKey(watched({ length: 256, hash, name: "HMAC" }, read), true, ["sign"]);
  assert.deepEqual(read, ["name", "hash", "length", "hash.name"]);
  read.length = 0;
  const jwk = watched({ kty: "oct", k: "AAAA", ext: true }, read);
  const importing = subtle.importKey("jwk", jwk, HMAC, true, ["sign"]);
  const names = "alg crv d dp dq e ext k key_ops kty n oth p q qi use x y";
  assert.deepEqual(read, names.split(" "));
  await Promise.all([encrypting, generating, importing]);
});

test("what a script put on Object.prototype is no parameter of an algorithm given by name", async () => {
  const prototype = Object.prototype as { hash?: string };
  prototype.hash = "SHA-256";
  try {
    await assert.rejects(subtle.generateKey("HMAC", true, ["sign"]), TypeError);
  } finally {
    delete prototype.hash;
  }
});
