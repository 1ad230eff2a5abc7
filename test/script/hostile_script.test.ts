import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TestBody } from "../support/test_body.ts";
import { SiteHarness } from "./site_harness.ts";

/** Source that answers `/well` well and runs `attack` for everything else. */
const source = (attack: string, before = "") => `
import { log, site, stat } from "lodestone";
${before}
export default async (request) => {
  if (request.path === "/well") return new Response("well");
  ${attack}
};`;

/** Runs an attack once; the site must answer others afterwards, and in time. */
async function attacked(
  t: TestContext,
  attack: string,
  options: { before?: string; memory?: number; files?: Record<string, string> } = {},
) {
  const limits = { cpu: 50, deadline: 300, operations: 20, memory: options.memory ?? 64 };
  const site = await SiteHarness.start(t, source(attack, options.before), {
    limits,
    files: options.files ?? {},
  });
  assert.equal((await site.get("/well")).text, "well");
  const memory = process.memoryUsage().rss;
  const started = performance.now();
  const request = site.request("/attack");
  const answer = await request.answer;
  const time = performance.now() - started;
  assert.ok(time < 2_000, `held up for ${time} ms`);
  const growth = (process.memoryUsage().rss - memory) / 1e6;
  assert.ok(growth < 400, `grew by ${growth} MB`);
  assert.equal(request.responses, 1);
  assert.equal((await site.get("/well")).text, "well");
  assert.equal(site.active, 0);
  return { ...answer, site };
}

const floods: Record<string, string> = {
  "long log lines": `const line = "x".repeat(16000); for (;;) console.log(line);`,
  "short log lines": `for (;;) log.error("x");`,
  "log lines from microtasks": `await null; for (;;) log.warn("x");`,
  timers: `for (;;) setTimeout(() => {}, 1e6);`,
  fetches: `for (let i = 0; i < 10000; i++) fetch(request).catch(() => {}); return new Response("x");`,
  "fetches that are tried again": `(async () => { for (;;) try { await fetch(request); } catch {} })(); return new Response("x");`,
  "rejected promises": `for (let i = 0; i < 2000; i++) Promise.reject(i); return new Response("x");`,
  "paths for stat": `const path = "/x".repeat(2 ** 27); for (let i = 0; i < 9; i++) stat(path + i); return new Response("x");`,
  URLs: `const url = "http://x/" + "x".repeat(2 ** 28); for (let i = 0; i < 9; i++) try { new URL(url + i); } catch {} return new Response("x");`,
  "the parts of URLs": `const url = new URL("http://x/"); url.hash = "x".repeat(2 ** 28); return new Response("x");`,
  text: `return new Response("x".repeat(2 ** 29 - 100));`,
  "a field value": `return new Response("x", { headers: { a: "x".repeat(2 ** 27) } });`,
  "an error's message": `throw new Error("x".repeat(2 ** 27));`,
  "a redirect's address": `return Response.redirect("/" + "x".repeat(2 ** 27));`,
  "a backend's name": `request.backend = "x".repeat(2 ** 20); return;`,
  "changes of a request": `request.env = Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [i, "x"])); request.headers.set("x", "y".repeat(1e7)); return 200;`,
};
for (const [what, attack] of Object.entries(floods)) {
  test(`a flood of ${what} holds up nobody`, async (t) => {
    const { site } = await attacked(t, attack);
    assert.ok(site.log.length < 2_500, `${site.log.length} log lines`);
  });
}

const waits: Record<string, string> = {
  "Atomics.wait": `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
  "a loop after Atomics.waitAsync": `await Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1).value; for (;;);`,
  "a loop in WebAssembly's promise": `await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); for (;;);`,
  "a loop in prepareStackTrace": `Error.prepareStackTrace = () => { for (;;); }; undefined.x;`,
  "microtasks without end": `const again = () => Promise.resolve().then(again); await again();`,
  "a thenable without end": `const again = { then(resolve) { resolve(again); } }; return again;`,
  "a thenable that never calls": `return { then() {} };`,
  "a regular expression": `/^(a+)+$/.test("a".repeat(40) + "b");`,
};
for (const [what, attack] of Object.entries(waits)) {
  test(`a script held by ${what} is ended`, async (t) => {
    const { status } = await attacked(t, attack);
    assert.ok(status === 500 || status === 504, `status ${status}`);
  });
}

/** Each replaces a built-in by something that runs the attacker's code in the runtime's place. */
const tampering: Record<string, string> = {
  "JSON.stringify returns a forged command": `JSON.stringify = () => ({ length: 2, toString: () => "{}h1\\n200\\n0\\n" }); request.path = "/x"; return;`,
  "JSON.stringify returns no command": `JSON.stringify = () => ({ length: 0, toString: () => "?" }); request.path = "/x"; return;`,
  "JSON.stringify returns a number": `JSON.stringify = () => 5; request.path = "/x"; return;`,
  "JSON.stringify returns null": `JSON.stringify = () => "null"; return Response.file("/x");`,
  "toJSON answers for everything": `Object.prototype.toJSON = () => ({ parts: [null] }); return Response.file("/x");`,
  "Array.prototype.map makes bad parts": `Array.prototype.map = () => [null]; return Response.parts(["x"]);`,
  "Array.prototype.map names foreign bytes": `Array.prototype.map = () => [{ bytes: 99 }]; return Response.parts(["x"]);`,
  "Promise.prototype.then calls twice": `const { then } = Promise.prototype; Promise.prototype.then = function (a, b) { return then.call(this, (x) => { a?.(x); return a?.(x); }, b); }; return new Response("x");`,
  "Promise.resolve throws": `Promise.resolve = () => { throw 1; };`,
  "Map.prototype.set loses everything": `Map.prototype.set = () => {}; await null; return fetch(request);`,
  "Map.prototype.get throws": `Map.prototype.get = () => { throw 1; }; await null; return new Response("x");`,
  "String.prototype.slice throws": `String.prototype.slice = () => { throw 1; }; throw new Error("x");`,
  "String.prototype.indexOf lies": `String.prototype.indexOf = () => -1; return new Response(request.path + request.headers.get("host"));`,
  "RegExp.prototype.test believes everything": `RegExp.prototype.test = () => true; RegExp.prototype.exec = () => null; request.path = "/x HTTP/1.1\\r\\nX-Evil: 1\\r\\n\\r\\n"; return;`,
  "Number.isInteger believes everything": `Number.isInteger = () => true; return new Response("x", { status: 1e9 });`,
  "Number.isSafeInteger believes everything": `Number.isSafeInteger = () => true; return Response.file(site.root + "/site.ts", { offset: -1.5, length: NaN });`,
  "a getter answers for the bytes": `Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), "buffer", { get: () => ({ evil: 1 }) }); return new Response(new Uint8Array(3));`,
  "Symbol.hasInstance takes anything for a Response": `Object.defineProperty(Response, Symbol.hasInstance, { value: () => true }); return { status: 1 };`,
  "a subclass lies about its status": `return new (class extends Response { get status() { return "200\\n1\\n1\\nab"; } })("x", { status: 500 });`,
  "a subclass lies about its kind": `return new (class extends Response { get type() { throw 1; } get bodyUsed() { throw 1; } })("x", { status: 500 });`,
  "a Proxy of a Response": `return new Proxy(new Response("x"), {});`,
  "an object made of Response's prototype": `return Object.create(Response.prototype);`,
  "a body that claims another exchange": `const { body } = await fetch(request); body.slot = 99; body.handle = "0\\n1\\n"; return new Response(body);`,
  "Request inherits from the attacker": `Object.setPrototypeOf(Request, function (services) { services.outbox.failed(1e9, "x"); services.outbox.head(2, 200, "a: b\\r\\n"); return {}; }); return new Request("/x", request);`,
  "an error whose properties throw": `throw new Proxy(new Error("x"), { get() { throw 1; } });`,
  "a thrown value that cannot be shown": `throw { toJSON() { throw 1; }, toString() { throw 1; } };`,
};
for (const [what, attack] of Object.entries(tampering)) {
  test(`the host stands when ${what}`, async (t) => {
    const limits = { cpu: 50, deadline: 200, operations: 20 };
    const site = await SiteHarness.start(t, source(attack), { limits });
    const request = site.request("/attack");
    await site.turn();
    for (const call of site.backend.calls) {
      assert.match(call.request.target, /^\/[\x21-\x7e]*$/);
      assert.doesNotMatch(call.request.headers.toText(), /evil/i);
      call.respond(500, "x");
    }
    assert.ok((await request.answer).status >= 200);
    assert.equal(request.responses, 1);
    await site.turn();
    assert.equal(site.active, 0);
  });
}

test("a forged outbox cannot reuse an operation's number", async (t) => {
  const grab = `let services; Object.setPrototypeOf(Request, function (given) { services = given; throw 1; }); try { new Request(request, {}); } catch {}`;
  const limits = { deadline: 200, operations: 3 };
  const site = await SiteHarness.start(
    t,
    source(
      `${grab} for (let i = 0; i < 50; i++) services.outbox.fetch(1, 7, "-1\\n-1\\n0\\n"); await new Promise(() => {});`,
    ),
    { limits },
  );
  const request = site.request("/attack");
  assert.equal((await request.answer).status, 500);
  assert.ok(site.backend.calls.length <= 1);
  assert.ok(site.backend.calls.every(({ cancelled }) => cancelled));
  assert.match(site.logText(50), /numbers ascend/);
});

test("a forged answer while the backend is asked ends the call", async (t) => {
  const site = await SiteHarness.start(
    t,
    source(
      `let services; Object.setPrototypeOf(Request, function (given) { services = given; throw 1; }); try { new Request(request, {}); } catch {}
      setTimeout(() => services.outbox.standardPage(1, 410), 20);`,
      "export const onResponse = () => {};",
    ),
  );
  const request = site.request("/attack");
  const call = await site.backend.call(0);
  assert.equal((await request.answer).status, 410);
  assert.equal(call.cancelled, true);
  const late = new TestBody();
  call.respond(200, late);
  assert.equal(late.cancelled, true);
  assert.equal(request.responses, 1);
});

test("nothing of the host is reachable through what the host gives", async (t) => {
  const { text } = await attacked(
    t,
    `const found = [];
    const look = (value, depth) => {
      if (depth === 0 || value === null || (typeof value !== "object" && typeof value !== "function")) return;
      const make = value.constructor?.constructor;
      if (typeof make === "function") try { found.push(make("return typeof process + typeof require + typeof Buffer")()); } catch (error) { found.push(error.name); }
      for (const key of Reflect.ownKeys(value)) try { look(value[key], depth - 1); } catch {}
    };
    for (const value of [globalThis, request, request.headers, request.client, site, stat, log, stat(site.root), new URL("http://x"), console, setTimeout]) look(value, 2);
    try { stat(Symbol()); } catch (error) { look(error, 2); found.push(error.stack); }
    try { new URL("\\ud800:"); } catch (error) { look(error, 2); found.push(error.stack); }
    try { await fetch(new Request("/x", { headers: [] })); } catch (error) { look(error, 2); found.push(error.stack); }
    return new Response([...new Set(found)].join("\\n"));`,
  );
  assert.match(text, /undefinedundefinedundefined/);
  assert.doesNotMatch(text, /object|function|node:|\/core\/|isolated-vm|\.node\b/);
});

test("paths that lead elsewhere tell a script nothing", async (t) => {
  const paths = [
    `"/etc/passwd"`,
    `site.root + "/../etc/passwd"`,
    `site.root + "/..%2f..%2fetc/passwd"`,
    `site.root + "/\\0"`,
    `site.root + "\\\\..\\\\x"`,
    `site.root + "2/x"`,
    `"//etc/passwd"`,
    `"file:///etc/passwd"`,
    `site.root + "/\\ud800"`,
    `site.root + "/a\\nb"`,
    `"/proc/self/environ"`,
    `""`,
    `"."`,
  ];
  const { text } = await attacked(
    t,
    `return Response.json([${paths.map((path) => `stat(${path}) === undefined`).join(", ")}]);`,
  );
  assert.deepEqual(
    JSON.parse(text),
    paths.map(() => true),
  );
  for (const path of paths) {
    for (const answer of [
      `Response.file(${path})`,
      `Response.parts([{ file: ${path} }])`,
      `(request.file = ${path}, 404)`,
    ]) {
      const { status } = await attacked(t, `return ${answer};`);
      assert.equal(status, 404, answer);
    }
  }
});

test("no text of a script breaks a response's head", async (t) => {
  const page = `site.root + "/page.html"`;
  const evil = `"a\\r\\nX-Evil: 1\\r\\n\\r\\n<html>"`;
  for (const attack of [
    `return Response.file(${page}, { contentType: ${evil} });`,
    `return Response.file(${page}, { contentType: "\\u010d\\u010aX-Evil: 1" });`,
    `return Response.file(${page}, { download: ${evil} });`,
    `return Response.file(${page}, { download: "\\ud800\\u202e\\"; filename=x" });`,
    `return Response.file(${page}, { headers: { "X-A": ${evil} } });`,
    `return Response.redirect(${evil});`,
    `return Response.redirect("//elsewhere\\ud800\\u010d\\u010aX-Evil: 1");`,
    `return new Response("x", { statusText: ${evil} });`,
    `return new Response("x", { headers: { [${evil}]: "1" } });`,
    `return new Response("x", { headers: { "X-A": "\\u010d\\u010aX-Evil: 1" } });`,
    `return new Response("x", { headers: { "Transfer-Encoding": "chunked", "Content-Length": "0" } });`,
    `return new Response("x", { headers: { Connection: "close, x-kept", "X-Kept": "1" } });`,
  ]) {
    const { headers, status } = await attacked(t, attack, { files: { "page.html": "page" } });
    assert.ok(status < 504);
    assert.doesNotMatch(headers.toText(), /^(x-evil|transfer-encoding|content-length|connection)/im, attack);
    assert.match(headers.toText(), /^(?:[!-9;-~]+: [\t\x20-\x7e\x80-\xff]*\r\n)*$/, attack);
  }
});

test("no text of a script breaks the request to a backend", async (t) => {
  for (const attack of [
    `request.path = "/x y"; return;`,
    `request.path = "/\\u010d\\u010aX-Evil:1"; return;`,
    `request.path = "//elsewhere/x"; return;`,
    `request.path = "/a/%2e%2e/%2e%2e/x"; return;`,
    `request.path = "/\\\\elsewhere"; return;`,
    `request.path = "/%00"; return;`,
    `request.query = "a b"; return;`,
    `request.query = "a#b"; return;`,
    `request.headers.set("X-A", "a\\r\\nX-Evil: 1"); return;`,
    `request.headers.set("X-A", "\\u010d\\u010aX-Evil: 1"); return;`,
    `request.headers.set("Transfer-Encoding", "chunked"); request.headers.set("Content-Length", "5"); return;`,
    `return new Request(request, { method: "GET /x HTTP/1.1\\r\\nX-Evil: 1\\r\\n" });`,
    `return new Request(request, { method: "CONNECT" });`,
    `return new Request("http://elsewhere.test/", request);`,
    `return new Request("http://elsewhere.test/");`,
    `return new Request("http://a.test/");`,
  ]) {
    const site = await SiteHarness.start(t, source(attack));
    const request = site.request("/attack");
    await site.turn();
    const call = site.backend.calls[0];
    if (call === undefined) {
      const { status } = await request.answer;
      assert.ok(status === 400 || status === 500, `${attack}: ${status}`);
      continue;
    }
    assert.match(call.request.target, /^\/[\x21-\x22\x24-\x5b\x5d-\x7e]*$/, attack);
    assert.match(call.request.method, /^GET$/, attack);
    assert.match(call.request.headers.toText(), /^(?:[!-9;-~]+: [\t\x20-\x7e\x80-\xff]*\r\n)*$/, attack);
    assert.doesNotMatch(
      call.request.headers.toText(),
      /^(x-evil|transfer-encoding|content-length)/im,
      attack,
    );
    request.leave();
  }
});

test("requests that pass the CPU limit only together are all answered", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default () => {
      const end = Date.now() + 8;
      while (Date.now() < end);
      return new Response("worked");
    };`,
    { limits: { cpu: 50 } },
  );
  const answers = await Promise.all(Array.from({ length: 16 }, () => site.get("/")));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
});
