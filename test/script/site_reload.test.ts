import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../support/until.ts";
import { SiteHarness } from "./site_harness.ts";

const version = (name: string) =>
  `export default async (request) => {
    if (request.path === "/fill") { const all = []; for (;;) all.push(new Array(1000).fill(1)); }
    return request.path === "/slow" ? new Response("${name} " + (await fetch(request)).status) : new Response("${name}");
  };`;

test("a request under way is finished by the version that began it", async (t) => {
  const site = await SiteHarness.start(t, version("old"));
  const slow = site.request("/slow");
  const call = await site.backend.call(0);
  await site.reload(version("new"));
  assert.equal((await site.get("/")).text, "new");
  call.respond(200);
  assert.equal((await slow.answer).text, "old 200");
});

test("a request handed over but not begun at a reload is answered by the version it was given to", async (t) => {
  const site = await SiteHarness.start(t, version("old"));
  await site.get("/");
  const compiled = await site.compile(version("new"));
  const waiting = site.request("/");
  site.load(compiled);
  const after = site.request("/");
  assert.equal((await waiting.answer).text, "old");
  assert.equal((await after.answer).text, "new");
});

test("a version that cannot be loaded does not replace one that works", async (t) => {
  const site = await SiteHarness.start(t, version("old"));
  await site.get("/");
  await assert.rejects(site.reload(`throw new Error("at load");\n${version("new")}`), /version 2/);
  assert.match(site.logText(50), /at load[\s\S]*site\.ts:1/);
  assert.equal((await site.get("/")).text, "old");
});

test("a new version given after the isolate has died is the one that is loaded", async (t) => {
  const site = await SiteHarness.start(t, version("old"), { limits: { memory: 16, cpu: 5_000 } });
  assert.equal((await site.get("/fill")).status, 500);
  await site.reload(version("new"));
  assert.equal((await site.get("/")).text, "new");
});

test("a new version that cannot be loaded after the isolate has died leaves the one before", async (t) => {
  const site = await SiteHarness.start(t, version("old"), { limits: { memory: 16, cpu: 5_000 } });
  assert.equal((await site.get("/fill")).status, 500);
  await site.reload(`throw new Error("at load");\n${version("new")}`);
  assert.equal((await site.get("/")).text, "old");
});

test("a version that could not be loaded for a while is tried again", async (t) => {
  const until2 = Date.now() + 300;
  const site = await SiteHarness.start(
    t,
    `if (Date.now() < ${until2}) throw new Error("too early");\n${version("at last")}`,
  );
  assert.equal((await site.get("/")).status, 503);
  assert.equal((await site.get("/")).status, 503);
  assert.equal(
    site.log.filter(({ stack }) => stack?.includes("too early")).length,
    1,
    "not for every request",
  );
  await until("it is loaded", async () => (await site.get("/")).text === "at last");
});

test("a replaced version goes on for ctx.waitUntil, but not for a promise that never settles", async (t) => {
  const worker = (name: string) => `
    export default {
      fetch(request, env, ctx) {
        if (request.path === "/soon") ctx.waitUntil(scheduler.wait(50).then(() => console.log("${name} is done")));
        if (request.path === "/never") {
          ctx.waitUntil(new Promise(() => {}));
          setInterval(() => console.log("${name} ticks"), 20);
        }
        return new Response("${name}");
      },
    };`;
  const site = await SiteHarness.start(t, worker("old"));
  await site.get("/soon");
  await site.get("/never");
  await site.reload(worker("new"));
  assert.equal((await site.get("/")).text, "new");
  await until("its work is done", () => site.logText().includes("old is done"));
  await until("it ends", () => site.logText(40).includes("version 1 has been replaced"));
  const ticks = () => site.logText().split("old ticks").length;
  const before = ticks();
  assert.ok(before > 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(ticks(), before);
});

test("what ctx.waitUntil is given in the entry that brings the last answer still goes on in a replaced version", async (t) => {
  const worker = (name: string) => `export default {
    async fetch(request, env, ctx) {
      await fetch(request);
      ctx.waitUntil(scheduler.wait(20).then(() => console.log("${name} is done")));
      return new Response("${name}");
    },
  };`;
  const site = await SiteHarness.start(t, worker("old"));
  const answer = site.get("/x");
  const call = await site.backend.call(0);
  await site.reload(worker("new"));
  call.respond(200, "hello");
  assert.equal((await answer).text, "old");
  await until("the old version is done", () => site.logText().includes("old is done"));
});

/** A worker whose `/held` waits for the backend, and may leave promises behind before and after. */
const holding = (name: string) => `
  const never = () => new Promise(() => {});
  export default {
    async fetch(request, env, ctx) {
      if (request.path === "/ticks") setInterval(() => console.log("${name} ticks"), 10);
      if (request.path !== "/held" && request.path !== "/ticks") return new Response("${name}");
      if (request.path === "/ticks") ctx.waitUntil(never());
      const { status } = await fetch(request);
      if (request.path === "/ticks") ctx.waitUntil(never());
      return new Response("${name} " + status);
    },
  };`;

test("a replaced version has all the time for its requests, and none for further promises when that for them is over", async (t) => {
  const site = await SiteHarness.start(t, holding("first"));
  const held = site.request("/held");
  const first = await site.backend.call(0);
  await site.reload(holding("second"));
  const ticking = site.request("/ticks");
  const second = await site.backend.call(1);
  await site.reload(holding("third"));
  // The first one was replaced before the second, so its time is over as well.
  await until("the second waits no longer", () => site.logText(40).includes("version 2 has been replaced"));
  assert.doesNotMatch(site.logText(40), /version 1/);
  first.respond(200);
  assert.equal((await held.answer).text, "first 200");

  const ticks = () => site.logText().split("second ticks").length;
  const before = ticks();
  await until("its request keeps it", () => ticks() > before);
  second.respond(201);
  assert.equal((await ticking.answer).text, "second 201");
  await until("it has ended", async () => {
    const seen = ticks();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return ticks() === seen;
  });
  assert.equal((await site.get("/")).text, "third");
});
