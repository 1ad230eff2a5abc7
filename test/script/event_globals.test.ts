import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SiteHarness } from "./site_harness.ts";

/** What the body of an async function returns in an isolate, as JSON. */
async function evaluate(t: TestContext, body: string) {
  const site = await SiteHarness.start(
    t,
    `const run = async () => { ${body} };
    export default async () => new Response(JSON.stringify(await run()));`,
    // On a busy machine 5,000 signals take longer than the CPU limit allows by the clock, and none of this is about it.
    { limits: { cpu: 5_000 } },
  );
  const answer = await site.send("/")[0]!.answer;
  assert.equal(answer.status, 200, site.logText());
  return { value: JSON.parse(answer.text) as unknown, log: site.logText() };
}

test("events, signals and clones work in an isolate", async (t) => {
  const { value } = await evaluate(
    t,
    `const log = [];
    class Door extends EventTarget {}
    const door = new Door();
    const controller = new AbortController();
    door.addEventListener("open", (event) => log.push(event.detail), { signal: controller.signal });
    door.dispatchEvent(new CustomEvent("open", { detail: 7 }));
    controller.signal.onabort = (event) => log.push(event.isTrusted);
    controller.abort();
    door.dispatchEvent(new CustomEvent("open"));
    log.push(controller.signal.reason instanceof DOMException, controller.signal.reason.code);
    log.push(structuredClone(new Map([["a", new Uint8Array([1])]])).get("a")[0]);
    try { structuredClone(new Headers()); } catch (error) { log.push(error.name, error instanceof DOMException); }
    log.push(navigator.userAgent);
    return log;`,
  );
  assert.deepEqual(value, [7, true, true, 20, 1, "DataCloneError", true, "Lodestone"]);
});

test("AbortSignal.timeout and scheduler.wait follow the host's clock", async (t) => {
  const { value } = await evaluate(
    t,
    `const before = performance.now();
    await scheduler.wait(20);
    const waited = performance.now() - before;
    const signal = AbortSignal.timeout(10);
    let name;
    try { await scheduler.wait(60000, { signal }); } catch (error) { name = error.name; }
    const quiet = AbortSignal.timeout(10);
    await scheduler.wait(20);
    const age = Date.now() - performance.timeOrigin - performance.now();
    return { waited: waited >= 18, name, quiet: quiet.aborted, young: performance.now() < 60000, age: Math.abs(age) < 50 };`,
  );
  assert.deepEqual(value, { waited: true, name: "TimeoutError", quiet: true, young: true, age: true });
});

test("more timeouts than an isolate may have timers cost none while nobody waits for them", async (t) => {
  const { value, log } = await evaluate(
    t,
    `const signals = [];
    for (let i = 0; i < 5000; i++) signals.push(AbortSignal.timeout(5));
    const any = AbortSignal.any(signals);
    await scheduler.wait(20);
    return [any.aborted, any.reason.name, signals.every(({ aborted }) => aborted)];`,
  );
  assert.deepEqual(value, [true, "TimeoutError", true]);
  assert.doesNotMatch(log, /timers under way/);
});

test("what listeners throw, and what is reported, goes to the log", async (t) => {
  const { log } = await evaluate(
    t,
    `const target = new EventTarget();
    target.addEventListener("x", () => { throw new Error("from a listener"); });
    target.dispatchEvent(new Event("x"));
    reportError(new TypeError("from reportError"));
    return 1;`,
  );
  assert.match(log, /from a listener/);
  assert.match(log, /from reportError/);
});

test("a script that changes the built-ins changes nothing for the events and signals it uses", async (t) => {
  const { value } = await evaluate(
    t,
    `const early = new AbortController();
    const fail = () => { throw new Error("a built-in of the script's"); };
    for (const name of ["get", "set", "value", "enumerable", "capture", "signal"]) {
      Object.defineProperty(Object.prototype, name, { __proto__: null, get: () => 1, configurable: true });
    }
    for (const name of ["push", "filter", "indexOf", "splice", "forEach"]) Array.prototype[name] = fail;
    for (const name of ["add", "delete", "forEach"]) Set.prototype[name] = fail;
    Reflect.apply = Object.defineProperty = Math.max = WeakRef.prototype.deref = fail;
    globalThis.Set = globalThis.WeakRef = fail;
    const controller = new AbortController();
    const dependent = AbortSignal.any([controller.signal]);
    let told = 0;
    dependent.addEventListener("abort", () => { told++; });
    const target = new EventTarget();
    target.addEventListener("x", () => { told++; });
    target.dispatchEvent(new Event("x"));
    controller.abort();
    return told;`,
  );
  assert.equal(value, 2);
});

test("data as deep as memory allows is cloned or refused, and the isolate goes on", async (t) => {
  const { value } = await evaluate(
    t,
    `let deep = {};
    for (let i = 0; i < 20000; i++) deep = { deep };
    let copy = structuredClone(deep), depth = 0;
    while (copy.deep) { copy = copy.deep; depth++; }
    const recurse = () => { const target = new EventTarget(); target.addEventListener("x", recurse); target.dispatchEvent(new Event("x")); };
    recurse();
    return depth;`,
  );
  assert.equal(value, 20_000);
});
