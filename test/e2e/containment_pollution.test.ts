import type { Attack } from "./attacks/attack.ts";
import { attackSuite } from "./attacks/attack_suite.ts";

/** Uses as much of the runtime as one request can. */
const USE = `
  const used = [];
  const attempt = async (use) => { try { used.push(await use()); } catch (error) { used.push(typeof error); } };
  await attempt(() => new Request("/x?a=1", request).url);
  await attempt(() => [...new Headers({ a: "b" })]);
  await attempt(() => new URL("http://x.test/a?b=c").searchParams.get("b"));
  await attempt(() => new TextDecoder().decode(new TextEncoder().encode("ä")));
  await attempt(() => request.headers.get("host") + request.path + request.query + request.cookies?.get?.("a"));
  await attempt(() => request.clone().text());
  await attempt(() => lodestone.stat(lodestone.site.root + "/x"));
  await attempt(() => lodestone.readFile(lodestone.site.root + "/x"));
  await attempt(() => new Promise((done) => setTimeout(done, 1)));
  await attempt(() => AbortSignal.timeout(1e5).aborted);
  await attempt(() => structuredClone({ a: [1] }));
  await attempt(() => new Response(new Blob(["x"])).text());
  await attempt(() => new Response("a=b", { headers: { "content-type": "application/x-www-form-urlencoded" } }).formData());
  await attempt(() => crypto.subtle.digest("SHA-256", new Uint8Array(1)));
  await attempt(() => crypto.randomUUID());
  await attempt(() => new URLPattern({ pathname: "/:a" }).exec("http://x/a"));
  await attempt(() => fetch("http://127.0.0.1:1/"));
  await attempt(() => new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(1)); c.close(); } })).bytes());
  await attempt(() => console.log(used, new Map([[1, 2]]), new Error("x")));
  switch (request.path) {
    case "/json": return Response.json({ a: 1 });
    case "/redirect": return Response.redirect("/x");
    case "/file": return Response.file("/x");
    case "/parts": return Response.parts(["a", new Uint8Array(1)]);
    case "/stream": return new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(1)); c.close(); } }));
    case "/number": return 204;
    case "/fetch": return fetch(request);
    case "/throw": throw new Error("x");
    case "/escalate": request.path = "/y"; return;
    default: return new Response("x", { headers: { a: "b" } });
  }`;
const PATHS = "/text /json /redirect /file /parts /stream /number /fetch /throw /escalate /text".split(" ");

const THROW = "() => { throw new Error('polluted'); }";
const NOTHING = "() => {}";
const LOOP = "() => { for (;;); }";

/** Each replaces something of the language before the runtime is used. */
const POLLUTIONS: Readonly<Record<string, string>> = {
  "Object.prototype has setters for everything": `
    for (const name of "status statusText headers body url path query method backend env file slot handle content used stream signal redirect cause stack message name value get set done next then resolve reject exports globals create signal aborted reason type length index origin href parts offset operation timers outbox host 0 1 2".split(" ")) {
      Object.defineProperty(Object.prototype, name, { configurable: true, get() { return undefined; }, set(value) { throw new Error("polluted"); } });
    }`,
  "Object.prototype answers for everything": `
    for (const name of "status statusText headers body url path method backend signal redirect cause get set done next exports globals maxByteLength parts offset toJSON encoding".split(" ")) Object.prototype[name] = "200\\r\\nX-Evil: 1";`,
  "Object.prototype.then": `Object.prototype.then = function (done) { done("polluted"); };`,
  "Array.prototype[Symbol.iterator]": `Array.prototype[Symbol.iterator] = ${THROW};`,
  "Array.prototype has elements": `Object.defineProperty(Array.prototype, 0, { configurable: true, get: () => "polluted", set() { throw new Error("polluted"); } });`,
  "iterators never end": `Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: false, value: ["a", "b"] });`,
  "Symbol.species": `for (const one of [Array, Promise, Map, RegExp, ArrayBuffer, Object.getPrototypeOf(Uint8Array)]) Object.defineProperty(one, Symbol.species, { value: function () { throw new Error("polluted"); } });`,
  "constructor of everything": `for (const one of [Array, Promise, String, RegExp, Uint8Array, Map, Error]) one.prototype.constructor = { [Symbol.species]: function () { throw 1; } };`,
  "Promise.prototype.then throws": `Promise.prototype.then = ${THROW};`,
  "Promise.prototype.then never calls": `Promise.prototype.then = function () { return this; };`,
  "Promise.resolve": `Promise.resolve = ${THROW}; Promise.reject = ${NOTHING}; Promise.withResolvers = ${THROW};`,
  "Promise itself": `globalThis.Promise = class { constructor() { throw new Error("polluted"); } };`,
  "Function.prototype.call, apply and bind": `Function.prototype.call = Function.prototype.apply = Function.prototype.bind = ${THROW};`,
  Reflect: `for (const name of Reflect.ownKeys(Reflect)) try { Reflect[name] = ${THROW}; } catch {}`,
  Object: `for (const name of ["defineProperty", "entries", "freeze", "create", "keys", "assign", "hasOwn", "fromEntries"]) Object[name] = ${THROW};`,
  JSON: `JSON.stringify = () => ({ length: 2, toString: () => "{}h1\\n200\\n0\\n" }); JSON.parse = () => globalThis;`,
  "Error.prepareStackTrace throws": `Error.prepareStackTrace = ${THROW}; Error.captureStackTrace = ${THROW};`,
  "Error.prepareStackTrace never ends": `Error.prepareStackTrace = ${LOOP};`,
  "Error.prepareStackTrace looks around": `Error.prepareStackTrace = (error, sites) => sites.map((site) => [site.getThis(), site.getFunction(), site.getFileName()]);`,
  "Error.stackTraceLimit": `Error.stackTraceLimit = Infinity; Object.defineProperty(Error, "stackTraceLimit", { get() { throw new Error("polluted"); } });`,
  "Error itself": `for (const name of ["Error", "TypeError", "RangeError"]) globalThis[name] = class { constructor() { throw 1; } };`,
  "the global object is emptied": `for (const name of Reflect.ownKeys(globalThis)) try { if (name !== "globalThis") delete globalThis[name]; } catch {}`,
  "the global object is frozen": `for (const name of Reflect.ownKeys(globalThis)) try { void globalThis[name]; } catch {} Object.freeze(globalThis); for (const one of [Object, Array, Promise, Function]) Object.freeze(one.prototype);`,
  "the global object has another prototype": `Object.setPrototypeOf(globalThis, new Proxy({}, { get() { throw 1; }, has: () => false }));`,
  "the prototype of Object's prototype": `Object.setPrototypeOf(Array.prototype, null); Object.setPrototypeOf(Function.prototype, null);`,
  ...Object.fromEntries(
    [
      ["String", "String.prototype"],
      ["Map and Set", "Map.prototype Set.prototype WeakMap.prototype WeakSet.prototype"],
      ["Array", "Array.prototype"],
      ["RegExp", "RegExp.prototype"],
      [
        "Uint8Array",
        "Uint8Array.prototype Object.getPrototypeOf(Uint8Array.prototype) ArrayBuffer.prototype DataView.prototype",
      ],
      ["Number and Math", "Number Number.prototype Math"],
      [
        "Response, Request, Headers",
        "Response.prototype Request.prototype Headers.prototype Response Request Headers",
      ],
      [
        "URL, Blob, streams",
        "URL.prototype URLSearchParams.prototype Blob.prototype ReadableStream.prototype AbortSignal.prototype EventTarget.prototype",
      ],
    ].flatMap(([name, holders]) =>
      [
        ["throws", THROW],
        ["gives nothing", NOTHING],
        ["gives itself", "function () { return this; }"],
      ].map(([what, replacement]) => [
        `every method of ${name} ${what}`,
        `for (const holder of [${holders!.split(" ").join(", ")}].flatMap((one) => [one])) for (const key of Reflect.ownKeys(holder)) {
          const found = Reflect.getOwnPropertyDescriptor(holder, key);
          if (!found.configurable || key === "constructor") continue;
          if (typeof found.value === "function") Reflect.defineProperty(holder, key, { ...found, value: ${replacement} });
          else if (found.get) Reflect.defineProperty(holder, key, { ...found, get: ${replacement} });
        }`,
      ]),
    ),
  ),
};

const ANYTHING = [200, 204, 302, 404, 500, 502, 504, "closed", "waits"] as const;

function polluting(name: string, pollution: string): Attack {
  return {
    name,
    // Not while it loads, which most of them would not survive.
    before: "let polluted = false;",
    handler: `if (!polluted) { polluted = true; ${pollution} }\n${USE}`,
    paths: PATHS,
    atOnce: true,
    deadline: 300,
    outcomes: ANYTHING,
    breaksItself: true,
  };
}

const all = Object.entries(POLLUTIONS).map(([name, pollution]) => polluting(name, pollution));

attackSuite([
  { name: "pollution of the language", attacks: all.slice(0, 25), together: 6 },
  { name: "replacement of every method", attacks: all.slice(25), together: 6 },
]);
