import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../support/until.ts";
import { SiteHarness } from "./site_harness.ts";

test("the log of a failure has its causes and inner errors, at their places in the source", async (t) => {
  const site = await SiteHarness.start(
    t,
    `interface Nothing {}
    const inner = (): Error => new RangeError("inner");
    export default (request: Request) => {
      if (request.path === "/all") throw new AggregateError([inner()], "all of them");
      throw new Error("outer", { cause: inner() });
    };`,
  );
  assert.equal((await site.get("/")).status, 500);
  const line = await until("the failure is logged", () => site.log.find(({ level }) => level === 50));
  assert.match(
    line.stack!,
    /^Error: outer\n.*site\.ts:5:13.*\n\[cause\]: RangeError: inner\n.*site\.ts:2:\d+/s,
  );
  assert.match(String(line.at), /site\.ts:5:13/);
  assert.equal((await site.get("/all")).status, 500);
  assert.match(site.logText(50), /\[errors\]\[0\]: RangeError: inner\n.*site\.ts:2:\d+/s);
});

for (const [what, code, told] of [
  [
    "a promise of ctx.waitUntil",
    'ctx.waitUntil(Promise.reject(new RangeError("left")));',
    "ctx.waitUntil: the promise was rejected",
  ],
  ["queueMicrotask", 'queueMicrotask(() => { throw new RangeError("left"); });', "nothing caught an error"],
  [
    "a listener",
    'const on = new EventTarget(); on.addEventListener("a", () => { throw new RangeError("left"); }); on.dispatchEvent(new Event("a"));',
    "nothing caught an error",
  ],
  ["reportError", 'reportError(new RangeError("left"));', "nothing caught an error"],
  [
    "a handler whose request passes through",
    'ctx.passThroughOnException(); throw new RangeError("left");',
    "the handler threw, and the request passes through",
  ],
  [
    "a stream that is a body",
    'return new Response(new ReadableStream({ pull(c) { c.error(new RangeError("left")); } }));',
    "a body that the script writes failed",
  ],
] as const) {
  test(`what ${what} throws is logged with its place and a caret`, async (t) => {
    const site = await SiteHarness.start(
      t,
      `export default { fetch(request: Request, env: unknown, ctx: ExecutionContext) {
        ${code}
        return new Response("well"); } };`,
    );
    site.request("/path").answer.catch(() => {});
    const line = await until("the failure is logged", () => site.log.find(({ level }) => level === 50));
    assert.ok(line.msg.startsWith(told) && line.msg.includes(": RangeError: left ("), line.msg);
    assert.match(String(line.at), /site\.ts:2:\d+: RangeError: left\n.*\n *\^/);
    assert.match(line.stack!, /^RangeError: left\n {4}at .*site\.ts:2:\d+/);
    if (what === "a stream that is a body") assert.match(line.msg, /failed \(GET \/path, request [\w-]+\): /);
  });
}

for (const [script, told] of [
  ["export default 42;", /default export of \S*site\.ts must be a function .*, not a number/],
  ["export default { fetsh() {} };", /default export of \S*site\.ts must be .*, not an object without fetch/],
  ["export default { fetch: 1 };", /, not an object whose fetch is a number/],
  ["export default undefined;", /default export of \S*site\.ts must be .*, not nothing/],
  [
    "export default class Site { fetch() {} }",
    /default export of \S*site\.ts .* not a class: export an object made of it/,
  ],
  ["export const onResponse = {};", /onResponse of \S*site\.ts must be a function, not an object/],
] as const) {
  test(`a script that is ${script} is not loaded, and the log names its file`, async (t) => {
    const site = await SiteHarness.start(t, script);
    assert.equal((await site.get("/")).status, 503);
    assert.match(site.logText(50), told);
  });
}

test("a handler may be a function whose text begins like that of a class", async (t) => {
  const site = await SiteHarness.start(t, "export default classified => new Response(classified.path);");
  assert.equal((await site.get("/well")).text, "/well");
});

test("a handler that returns what is no answer is named with its file and what was meant", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default ({ path }) => path === "/text" ? "text" : { a: 1 };`,
  );
  await site.get("/text");
  await site.get("/object");
  assert.match(
    site.logText(50),
    /the handler of \S*site\.ts returned a value of type string: .*new Response\(text\)/,
  );
  assert.match(
    site.logText(50),
    /the handler of \S*site\.ts returned a value of type object: .*Response\.json\(value\)/,
  );
});

test("Response.error() fails before a hook that changes headers does", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default () => Response.error(); export const onResponse = (response) => { response.headers.delete("x"); };`,
  );
  assert.equal((await site.get("/")).status, 500);
  assert.match(site.logText(50), /the handler returned Response\.error\(\)/);
  assert.doesNotMatch(site.logText(50), /immutable/);
});
