import assert from "node:assert/strict";
import { test } from "node:test";
import { SiteHarness } from "./site_harness.ts";

/** Walks everything a script can get at from some values, and tells what does not belong into the isolate. */
const WALK = `
const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, apply } = Reflect;
const { toString } = Function.prototype;
const seen = new Set();
const found = [];
const roots = new Set([Object.prototype, null]);
const FOREIGN = /^(?:Isolate|Context|Reference|Callback|ExternalCopy|Script|Module|Inspector|NativeModule|Buffer|process|EventEmitter)$/;
function look(value, path, depth = 0) {
  if (value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value) || depth > 30) return;
  seen.add(value);
  if (path.startsWith("captured") && typeof value === "function") captured.push([path, value]);
  let root = value;
  for (let next = root; next !== null; next = getPrototypeOf(next)) root = next;
  if (!roots.has(root) && getPrototypeOf(value) !== null && root !== value) found.push(path + " is of another realm");
  for (const key of ownKeys(value)) {
    const name = path + "." + String(key);
    const { get, set, value: own } = getOwnPropertyDescriptor(value, key);
    if (key === "putBytes" || key === "setUrlPart") found.push(name + " is the host's");
    if (key === "name" && typeof own === "string" && FOREIGN.test(own)) found.push(name + " is " + own);
    look(own, name, depth + 1);
    look(get, name + " (getter)", depth + 1);
    look(set, name + " (setter)", depth + 1);
    if (get !== undefined) try { look(value[key], name, depth + 1); } catch (error) { look(error, name + " (thrown)", depth + 1); }
  }
  look(getPrototypeOf(value), path + ".[[Prototype]]", depth + 1);
}
const captured = [];
/** What code made by any constructor of functions that was found can see. */
function makers() {
  const seenMakers = new Set();
  for (const value of seen) {
    let make;
    try { make = value.constructor?.constructor; } catch {}
    if (typeof make !== "function" || seenMakers.has(make)) continue;
    seenMakers.add(make);
    try {
      const types = make("return [typeof process, typeof require, typeof Buffer, typeof global, typeof module, typeof __dirname, typeof ivm, typeof WebAssembly].join()")();
      if (!/^(?:undefined,)+undefined$/.test(types)) found.push("code of " + make.name + " sees " + types);
    } catch {}
  }
}`;

const USE = `
  const errors = [];
  const attempt = async (use) => { try { await Promise.race([use(), new Promise((done) => setTimeout(done, 100))]); } catch (error) { errors.push(error); } };
  await attempt(() => lodestone.stat(Symbol()));
  await attempt(() => lodestone.stat(lodestone.site.root));
  await attempt(() => lodestone.stat("\\0"));
  await attempt(() => lodestone.readFile({}));
  await attempt(() => lodestone.readDir("/etc"));
  await attempt(() => new URL("\\ud800:"));
  await attempt(() => new URL("http://x/?a=b").searchParams.append("c", "d"));
  await attempt(() => fetch(new Request("/x", { headers: [] })));
  await attempt(() => fetch("backend:none"));
  await attempt(() => fetch("http://127.0.0.1:1/"));
  await attempt(() => request.text());
  await attempt(() => crypto.subtle.digest("MD5", new Uint8Array(1)));
  await attempt(() => crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", true, ["encrypt"]));
  await attempt(() => crypto.getRandomValues(new Uint8Array(1)));
  await attempt(() => import(["node", "fs"].join(":")));
  await attempt(() => import(["isolated", "vm"].join("-")));
  await attempt(() => structuredClone(() => {}));
  await attempt(() => new Promise((done) => setTimeout(done, 1)));
  await attempt(() => new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(1)); c.close(); } })).text());
  await attempt(() => new Response(new Blob(["x"])).formData());
  await attempt(() => AbortSignal.timeout(1).throwIfAborted());
  await attempt(() => console.log(new Error("x"), { a: 1 }));
  await attempt(() => { new Response("x", { status: 1 }); });
  await attempt(() => performance.now());
  await attempt(() => request.clone());
  await attempt(() => { throw null; });`;

const start = "import * as lodestone from 'lodestone';\nimport * as cryptography from 'lodestone/crypto';\n";

test("from the global object and from everything the runtime gives, nothing of the host can be reached", async (t) => {
  const site = await SiteHarness.start(
    t,
    `${start}${WALK}
    export default async (request) => {
      ${USE}
      look(globalThis, "globalThis");
      for (const [i, value] of [request, lodestone, cryptography, ...errors, (function () { return this; })(), import.meta, arguments].entries()) look(value, "given " + i);
      makers();
      const stack = await (async () => { try { await null; await lodestone.stat({ toString() { throw new Error("x"); } }); } catch (error) { return error.stack; } })();
      return Response.json({ found, seen: seen.size, texts: errors.map((error) => String(error?.stack)).concat(stack) });
    };`.replace(", import.meta, arguments", ""),
    { limits: { cpu: 2000, deadline: 5000 } },
  );
  const answer = await site.get("/");
  assert.equal(answer.status, 200, site.logText(40));
  const { found, seen, texts } = JSON.parse(answer.text);
  assert.deepEqual(found, []);
  assert.ok(seen > 1_000, `${seen} objects`);
  for (const text of texts)
    assert.doesNotMatch(text, /node:|\/core\/|isolated-vm|\.node\b|node_modules|\/work\//, text);
});

test("frames of a stack hand over no function and no object of the runtime", async (t) => {
  const site = await SiteHarness.start(
    t,
    `${start}${WALK}
    export default async (request) => {
      const sites = [];
      Error.prepareStackTrace = (error, calls) => { sites.push(...calls); return ""; };
      const fail = () => { void new Error("x").stack; throw new Error("y"); };
      const nasty = { toString: fail, get then() { return fail(); }, [Symbol.iterator]: fail, toJSON: fail, get status() { return fail(); } };
      for (const use of [() => lodestone.stat(nasty), () => new Headers(nasty), () => new Response("x", nasty), () => Response.json(nasty), () => fetch(nasty), () => new URL(nasty), () => console.log(nasty), () => [1].map(fail), () => crypto.subtle.digest(nasty, nasty), () => new Response("", { headers: nasty })])
        try { await use(); } catch (error) { void error.stack; }
      setTimeout(() => { try { fail(); } catch (error) { void error.stack; } }, 0);
      await new Promise((done) => setTimeout(done, 10));
      let strict = 0;
      for (const site of sites) for (const method of ["getThis", "getFunction", "getEvalOrigin", "getTypeName"]) {
        let value;
        try { value = site[method]?.(); } catch (error) { value = error; }
        if (value === undefined) strict++;
        if (method === "getThis" || method === "getFunction") look(value, method + " of " + site.getFunctionName());
      }
      const inside = sites.filter((site) => /^lodestone:runtime/.test(site.getFileName() ?? ""));
      const given = inside.flatMap((site) => [site.getThis(), site.getFunction()]).filter((value) => value !== undefined && value !== globalThis);
      makers();
      return Response.json({ found, sites: sites.length, inside: inside.length, given: given.map(String) });
    };`,
    { limits: { cpu: 2000, deadline: 5000 } },
  );
  const answer = await site.get("/");
  assert.equal(answer.status, 200, site.logText(40));
  const { found, sites, inside, given } = JSON.parse(answer.text);
  assert.deepEqual({ found, given }, { found: [], given: [] });
  assert.ok(sites > 20 && inside > 0, `${sites} frames, ${inside} of the runtime`);
});

test("who replaces every built-in method sees no function of the host", async (t) => {
  const site = await SiteHarness.start(
    t,
    `${start}${WALK}
    const log = [];
    const known = new Set();
    const remember = (value) => { if (log.length < 20_000) log.push(value); };
    function watch(holder) {
      for (const key of ownKeys(holder)) {
        const own = getOwnPropertyDescriptor(holder, key);
        if (!own.configurable || key === "constructor") continue;
        const wrap = (original) => {
          const wrapper = function (...values) {
            if (new.target) return Reflect.construct(original, values, new.target === wrapper ? original : new.target);
            const result = apply(original, this, values);
            remember(this); for (let i = 0; i < values.length; i++) remember(values[i]); remember(result);
            return result;
          };
          known.add(wrapper);
          return wrapper;
        };
        if (typeof own.value === "function") Reflect.defineProperty(holder, key, { ...own, value: wrap(own.value) });
        else if (own.get) Reflect.defineProperty(holder, key, { ...own, get: wrap(own.get) });
      }
    }
    export default async (request) => {
      look(globalThis, "globalThis"); look(request, "request"); look(lodestone, "lodestone"); look(cryptography, "cryptography");
      const before = new Set(seen);
      for (const holder of [Map, Set, WeakMap, String, RegExp, Number, Promise, Uint8Array, ArrayBuffer, DataView, Date].map((one) => one.prototype).concat([Object, Reflect, JSON, Math, Function.prototype, Promise, Array])) watch(holder);
      for (const name of ["map", "join", "slice", "concat", "indexOf", "filter", "forEach"]) {
        const original = Array.prototype[name];
        Array.prototype[name] = function (...values) { remember(this); return apply(original, this, values); };
        known.add(Array.prototype[name]);
      }
      ${USE}
      await attempt(() => Response.parts(["a", new Uint8Array(1)]));
      await attempt(() => fetch(request));
      const all = log.slice();
      seen.clear(); for (const value of before) seen.add(value);
      for (let i = 0; i < all.length; i++) look(all[i], "captured " + i);
      makers();
      const natives = captured.filter(([, value]) => !known.has(value) && !before.has(value) && /\\{ \\[native code\\] \\}$/.test(apply(toString, value, [])));
      // Functions of the host have no name and no parameter; those that settle a promise have one.
      const answers = natives.filter(([, value]) => value.name === "" && value.length === 0).map(([path, value]) => [path, value.name, value.length]);
      return new Response(JSON.stringify({ found, captured: captured.length, answers: answers.slice(0, 50) }));
    };`,
    { limits: { cpu: 10_000, deadline: 20_000 } },
  );
  const answer = await site.get("/");
  assert.equal(answer.status, 200, site.logText(40));
  const { found, captured, answers } = JSON.parse(answer.text);
  assert.deepEqual(found, []);
  assert.ok(captured > 0);
  assert.deepEqual(answers, [], "functions of the host");
});
