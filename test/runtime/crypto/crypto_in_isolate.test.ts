import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { SiteHarness } from "../../script/site_harness.ts";

test("a script checks signed links and makes ids", async (t) => {
  const site = await SiteHarness.start(
    t,
    `import { hmac, randomHex, timingSafeEqual } from "lodestone/crypto";
     export default (request) => {
       const given = new URLSearchParams(request.query).get("signature") ?? "";
       if (!timingSafeEqual(given, hmac("sha256", "key", request.path, "base64url"))) return 403;
       return new Response(randomHex(16) + " " + crypto.randomUUID());
     };`,
  );
  const signature = createHmac("sha256", "key").update("/film").digest("base64url");
  assert.match((await site.get(`/film?signature=${signature}`)).text, /^[0-9a-f]{32} [0-9a-f-]{36}$/);
  assert.equal((await site.get(`/other?signature=${signature}`)).status, 403);
  assert.equal((await site.get("/film")).status, 403);
});

test("a script checks a JSON Web Token with a key set, and signs one by a key it made", async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const site = await SiteHarness.start(
    t,
    `import { fromBase64Url } from "lodestone/crypto";
     const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
     const key = crypto.subtle.importKey("jwk", ${JSON.stringify(publicKey.export({ format: "jwk" }))}, RSA, false, ["verify"]);
     const bytes = (text) => new TextEncoder().encode(text);
     export default async (request) => {
       if (request.path === "/own") {
         const use = { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" };
         const pair = await crypto.subtle.generateKey(use, false, ["sign", "verify"]);
         const signature = await crypto.subtle.sign(use, pair.privateKey, bytes("x"));
         return new Response(String(await crypto.subtle.verify(use, pair.publicKey, signature, bytes("x"))));
       }
       const [head, claims, signature] = request.headers.get("authorization").split(".");
       const good = await crypto.subtle.verify(RSA, await key, fromBase64Url(signature), bytes(head + "." + claims));
       return good ? 204 : 401;
     };`,
  );
  const signed = (text: string) =>
    `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  const status = async (token: string) =>
    (await site.request("/", { fields: `authorization: ${token}\r\n` }).answer).status;
  assert.equal(await status(signed("aGVhZA.Y2xhaW1z")), 204);
  assert.equal(await status(signed("aGVhZA.Y2xhaW1z").replace("Y2x", "Y2y")), 401);
  assert.equal((await site.get("/own")).text, "true");
});

test("errors of the host are DOMExceptions in the script", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async () => {
       const rsa = { name: "RSA-PSS", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]) };
       const errors = await Promise.all([
         crypto.subtle.generateKey({ ...rsa, modulusLength: 16384 }, true, ["sign"]),
         crypto.subtle.importKey("spki", new Uint8Array(9), rsa, true, ["verify"]),
       ].map((promise) => promise.catch((error) => error)));
       return Response.json(errors.map((error) => [error instanceof DOMException, error.name]));
     };`,
  );
  assert.deepEqual(JSON.parse((await site.get("/")).text), [
    [true, "OperationError"],
    [true, "DataError"],
  ]);
});

test("what the host hands over holds no bytes but its own", async (t) => {
  const site = await SiteHarness.start(
    t,
    `import { randomBytes, sha256 } from "lodestone/crypto";
     export default async () => {
       const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]);
       const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, new Uint8Array(4));
       const raw = await crypto.subtle.exportKey("raw", key);
       const arrays = [randomBytes(300), sha256("x", "bytes"), new Uint8Array(sealed), new Uint8Array(raw)];
       return Response.json(arrays.map((array) => [array.byteOffset, array.buffer.byteLength]));
     };`,
  );
  assert.deepEqual(JSON.parse((await site.get("/")).text), [
    [0, 300],
    [0, 32],
    [0, 20],
    [0, 16],
  ]);
});

test("a script that replaces built-ins changes nothing of what cryptography does", async (t) => {
  const site = await SiteHarness.start(
    t,
    `import { hmac, toHex, fromHex } from "lodestone/crypto";
     const thief = () => { throw new Error("stolen"); };
     for (const name of ["charCodeAt", "toLowerCase"]) String.prototype[name] = thief;
     Object.getPrototypeOf(Uint8Array.prototype).set = thief;
     globalThis.Uint8Array = class { constructor() { thief(); } };
     JSON.parse = JSON.stringify = thief;
     export default async () => {
       const algorithm = { name: "ECDSA", namedCurve: "P-256" };
       const pair = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
       const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, fromHex("00"));
       return new Response([toHex(fromHex("00ff")), hmac("sha1", "k", "d"), signature.byteLength].join());
     };`,
  );
  const expected = createHmac("sha1", "k").update("d").digest("hex");
  assert.equal((await site.get("/")).text, `00ff,${expected},64`, site.logText(40));
});

test("ten PBKDF2 under way hold up no other request of the site", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => {
       if (request.path === "/quick") return new Response("quick");
       const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
       const use = { name: "PBKDF2", hash: "SHA-512", salt: new Uint8Array(8), iterations: 100_000 };
       return new Response(String((await crypto.subtle.deriveBits(use, key, 256)).byteLength));
     };`,
  );
  const order: string[] = [];
  const slow = site.send(...Array.from({ length: 10 }, (_, i) => `/${i}`));
  const all = slow.map(async ({ answer }) => void order.push((await answer).text));
  await site.turn();
  order.push((await site.get("/quick")).text);
  await Promise.all(all);
  assert.equal(order[0], "quick");
  assert.deepEqual(order.slice(1), Array(10).fill("32"));
});
