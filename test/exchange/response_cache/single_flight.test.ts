import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type HarnessOptions, SiteHarness } from "../../script/site_harness.ts";
import { until } from "../../support/until.ts";

/**
 * `/page` waits for `/go`, which says by its query what becomes of all that wait; `/first` keeps an answer at once. A purge of
 * the tag leaves its key known.
 */
const script = `
import { cache } from "lodestone";
let runs = 0;
let fate = "";
let waiting = [];
const kept = (text) => new Response(text, { cache: { ttl: 60, tags: ["page"], key: { headers: ["x-variant"] } } });
export default async (request) => {
  if (request.path === "/purge") { await cache.purge("page"); return 204; }
  if (request.path === "/runs") return new Response(String(runs));
  if (request.path === "/go") {
    fate = request.query;
    for (const go of waiting.splice(0)) go();
    return 204;
  }
  const run = ++runs;
  if (run > 1) await new Promise((resolve) => waiting.push(resolve));
  if (fate === "throw") throw new Error("on purpose");
  if (fate === "plain") return new Response("plain " + run);
  if (fate === "escalate") return;
  if (fate === "stream") return new Response(new ReadableStream({ start(controller) { controller.enqueue(new TextEncoder().encode("never ends")); } }));
  return kept("kept " + run);
};`;

/** A site where `/page` was kept once and then purged, so that the next request for it leads. */
async function start(t: TestContext, options: HarnessOptions = {}): Promise<SiteHarness> {
  const site = await SiteHarness.start(t, script, { limits: { deadline: 60_000 }, ...options });
  assert.equal((await site.get("/page")).text, "kept 1");
  await site.get("/purge");
  return site;
}

const runs = async (site: SiteHarness) => Number((await site.get("/runs")).text);
const pages = (site: SiteHarness, count: number) =>
  Array.from({ length: count }, () => site.request("/page"));
const texts = async (requests: readonly { answer: Promise<{ text: string }> }[]) =>
  (await Promise.all(requests.map(({ answer }) => answer))).map(({ text }) => text);

test("of many requests for one answer one runs the script, and all get it", async (t) => {
  const site = await start(t);
  const requests = pages(site, 50);
  await site.turn();
  await site.get("/go");
  assert.deepEqual(await texts(requests), Array(50).fill("kept 2"));
  assert.equal(await runs(site), 2);
  assert.deepEqual(site.metrics.cache.requests, { hit: 0, waited: 49, miss: 1 });
});

test("HEAD and conditional requests that wait are answered as they ask", async (t) => {
  const site = await start(t);
  const first = site.request("/page");
  const head = site.request("/page", { method: "HEAD" });
  const range = site.request("/page", { fields: "Range: bytes=0-3\r\n" });
  await site.turn();
  await site.get("/go");
  assert.equal((await first.answer).text, "kept 2");
  assert.equal((await head.answer).headers.get("age"), "0");
  assert.equal((await range.answer).text, "kept".slice(0, 4));
  assert.equal(await runs(site), 2);
});

test("HEAD is not waited for", async (t) => {
  const site = await start(t);
  const head = site.request("/page", { method: "HEAD" });
  const get = site.request("/page");
  await until("both run", async () => (await runs(site)) === 3);
  await site.get("/go");
  await Promise.all([head.answer, get.answer]);
  assert.equal(await runs(site), 3);
});

test("for a path of which nothing was ever kept nobody waits", async (t) => {
  const site = await start(t);
  const requests = ["/other", "/other"].map((target) => site.request(target));
  await site.turn();
  await site.get("/go");
  assert.deepEqual((await texts(requests)).sort(), ["kept 2", "kept 3"]);
});

test("requests that would get different answers do not wait for one another", async (t) => {
  const site = await start(t);
  const requests = ["a", "b", "a"].map((variant) =>
    site.request("/page", { fields: `X-Variant: ${variant}\r\n` }),
  );
  await site.turn();
  await site.get("/go");
  assert.deepEqual(await texts(requests), ["kept 2", "kept 3", "kept 2"]);
});

for (const fate of ["plain", "throw", "escalate", "stream"]) {
  test(`when the first one's answer is not kept (${fate}), the others go on all at once`, async (t) => {
    const site = await start(t);
    const requests = pages(site, 5);
    await site.turn();
    await site.get(`/go?${fate}`);
    if (fate === "escalate") (await site.backend.call(0)).respond(200, "from the backend");
    // The stream ends with its isolate.
    if (fate === "stream") requests[0]!.answer.catch(() => {});
    else await requests[0]!.answer;
    await until("all run", async () => (await runs(site)) === 6);
    await site.get("/go?kept");
    assert.deepEqual((await texts(requests.slice(1))).sort(), ["kept 3", "kept 4", "kept 5", "kept 6"]);
  });
}

test("behind an answer that was not kept nobody waits for a while, until one is", async (t) => {
  const site = await start(t);
  const [first] = pages(site, 1);
  await site.turn();
  await site.get("/go?plain");
  assert.equal((await first!.answer).text, "plain 2");
  const both = pages(site, 2);
  await site.turn();
  await site.get("/go?kept");
  assert.deepEqual((await texts(both)).sort(), ["kept 3", "kept 4"]);
  assert.match((await site.get("/page")).text, /kept [34]/);
  await site.get("/purge");
  const again = pages(site, 2);
  await site.turn();
  await site.get("/go");
  assert.deepEqual(await texts(again), ["kept 5", "kept 5"]);
});

test("when the first one's client leaves, the next one takes its place", async (t) => {
  const site = await start(t);
  const requests = pages(site, 4);
  await site.turn();
  requests[0]!.leave();
  await until("the second one runs", async () => (await runs(site)) === 3);
  await site.get("/go");
  assert.deepEqual(await texts(requests.slice(1)), ["kept 3", "kept 3", "kept 3"]);
});

test("when all clients leave, nothing stays behind", async (t) => {
  const site = await start(t);
  const requests = pages(site, 4);
  await site.turn();
  for (const request of [...requests].reverse()) request.leave();
  assert.equal(site.active, 0);
  const request = site.request("/page");
  await until("it runs", async () => (await runs(site)) === 3);
  await site.get("/go");
  assert.equal((await request.answer).text, "kept 3");
});

test("a client that waits may leave", async (t) => {
  const site = await start(t);
  const requests = pages(site, 3);
  await site.turn();
  requests[1]!.leave();
  await site.get("/go");
  assert.deepEqual(await texts([requests[0]!, requests[2]!]), ["kept 2", "kept 2"]);
  assert.equal(requests[1]!.responses, 0);
  assert.equal(site.metrics.cache.requests.waited, 1);
});

test("no more than cache.waiting requests wait, and one that has left makes room", async (t) => {
  const site = await start(t, { cache: { waiting: 2 } });
  const requests = pages(site, 3);
  requests[1]!.leave();
  requests.push(...pages(site, 3));
  await site.turn();
  assert.equal(await runs(site), 4);
  await site.get("/go");
  requests.splice(1, 1);
  assert.deepEqual((await texts(requests)).sort(), ["kept 2", "kept 2", "kept 2", "kept 3", "kept 4"].sort());
});

test("those who have waited make room for others", async (t) => {
  const site = await start(t, { cache: { waiting: 2 } });
  for (const run of [2, 3, 4]) {
    const requests = pages(site, 3);
    await site.turn();
    await site.get("/go");
    assert.deepEqual(await texts(requests), Array(3).fill(`kept ${run}`));
    await site.get("/purge");
  }
});

test("nobody waits longer than limits.deadline", async (t) => {
  const site = await SiteHarness.start(
    t,
    `import { cache } from "lodestone";
    let runs = 0;
    export default async (request) => {
      if (request.path === "/purge") { await cache.purge("t"); return 204; }
      if (request.path === "/runs") return new Response(String(runs));
      if (++runs === 2) return;
      return new Response("kept " + runs, { cache: { ttl: 60, tags: ["t"] } });
    };`,
    { limits: { deadline: 60 } },
  );
  await site.get("/page");
  await site.get("/purge");
  const first = site.request("/page");
  const second = site.request("/page");
  // The backend takes its time, which is not the script's.
  const call = await site.backend.call(0);
  assert.equal((await second.answer).text, "kept 3");
  call.respond(200, "late");
  assert.equal((await first.answer).text, "late");
});

/** A page that has been purged, whose next answer waits for `/go` and depends on X-Variant, which nobody knows before. */
async function startVarying(t: TestContext) {
  const site = await SiteHarness.start(
    t,
    `import { cache } from "lodestone";
    let runs = 0, go;
    export default async (request) => {
      if (request.path === "/purge") { await cache.purge("t"); return 204; }
      if (request.path === "/go") { go(); return 204; }
      const run = ++runs;
      if (run === 2) await new Promise((resolve) => { go = resolve; });
      const key = run === 1 ? {} : { headers: ["x-variant"] };
      return new Response(run + " " + request.headers.get("x-variant"), { cache: { ttl: 60, tags: ["t"], key } });
    };`,
  );
  await site.get("/page");
  await site.get("/purge");
  const ask = (variant: string) => site.request("/page", { fields: `X-Variant: ${variant}\r\n` });
  return { site, ask };
}

test("an answer that turns out to depend on more is not given to whoever waited for less", async (t) => {
  const { site, ask } = await startVarying(t);
  const requests = [ask("a"), ask("b"), ask("a")];
  await site.turn();
  await site.get("/go");
  assert.deepEqual(await texts(requests), ["2 a", "3 b", "2 a"]);
});

test("a client may leave at the very moment others are served", async (t) => {
  const { site, ask } = await startVarying(t);
  const [first, second, third, last] = [ask("a"), ask("a"), ask("b"), ask("b")];
  const respond = second.respond.bind(second);
  second.respond = (head, body) => {
    third.leave();
    respond(head, body);
  };
  await site.turn();
  await site.get("/go");
  assert.deepEqual(await texts([first, second, last]), ["2 a", "2 a", "3 b"]);
  assert.equal(third.responses, 0);
});

test("an answer whose tag is purged while it is computed is sent, but not kept", async (t) => {
  const site = await start(t);
  const requests = pages(site, 2);
  await site.turn();
  await site.get("/purge");
  await site.get("/go");
  assert.equal((await requests[0]!.answer).text, "kept 2");
  await until("the other one runs", async () => (await runs(site)) === 3);
  await site.get("/go");
  assert.equal((await requests[1]!.answer).text, "kept 3");
  assert.equal((await site.get("/page")).text, "kept 3");
});
