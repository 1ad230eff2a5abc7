import assert from "node:assert/strict";
import { test } from "node:test";
import { signTrace } from "../../../core/observe/trace_signature.ts";
import { SiteHarness } from "../../script/site_harness.ts";
import { until } from "../../support/until.ts";

/** Each run of the script makes another answer; `?` and what follows choose what it says of keeping it. */
const script = `
let runs = 0;
const answers = {
  "/page": () => new Response("page " + ++runs, { headers: { ETag: '"v' + runs + '"', "X-Run": String(runs) }, cache: { ttl: 60, tags: ["page"] } }),
  "/short": () => new Response("short " + ++runs, { cache: { ttl: 0.05 } }),
  "/json": () => Response.json({ runs: ++runs }, { cache: { ttl: 60 } }),
  "/bytes": () => new Response(new Uint8Array([++runs, 0, 255]), { cache: { ttl: 60 } }),
  "/ünïcode": () => new Response("héllo ✓ " + ++runs, { cache: { ttl: 60 } }),
  "/gone": () => new Response(null, { status: 410, headers: { "X-Run": String(++runs) }, cache: { ttl: 60 } }),
  "/plain": () => new Response("plain " + ++runs),
  "/cookie": () => new Response("cookie " + ++runs, { headers: { "Set-Cookie": "a=1" }, cache: { ttl: 60 } }),
  "/part": () => new Response("part " + ++runs, { status: 206, headers: { "Content-Range": "bytes 0-5/9" }, cache: { ttl: 60 } }),
  "/unchanged": () => new Response(null, { status: 304, headers: { "X-Run": String(++runs) }, cache: { ttl: 60 } }),
  "/large": () => new Response(++runs + "x".repeat(200_000), { cache: { ttl: 60 } }),
  "/signed": () => new Response("signed " + ++runs, { cache: { ttl: 60, key: { headers: ["Authorization"] } } }),
  "/dated": () => new Response("dated " + ++runs, { headers: { Date: "Thu, 01 Jan 1970 00:00:00 GMT", Age: "99" }, cache: { ttl: 60 } }),
};
export default (request) => answers[decodeURIComponent(request.path)]?.() ?? 404;`;

const start = (t: Parameters<typeof SiteHarness.start>[0], options = {}) =>
  SiteHarness.start(t, script, options);

test("a kept answer is served without entering the isolate", async (t) => {
  const site = await start(t);
  const first = await site.get("/page");
  const { entries } = site.metrics.scripts;
  for (let i = 0; i < 3; i++) {
    const { status, text, headers } = await site.get("/page");
    assert.deepEqual([status, text, headers.get("x-run")], [200, "page 1", "1"]);
  }
  assert.equal(site.metrics.scripts.entries, entries);
  assert.equal(first.text, "page 1");
  assert.equal(site.metrics.cache.requests.hit, 3);
  assert.equal(site.metrics.cache.stored, 1);
});

test("an answer that says nothing of being kept is not", async (t) => {
  const site = await start(t);
  assert.equal((await site.get("/plain")).text, "plain 1");
  assert.equal((await site.get("/plain")).text, "plain 2");
});

test("a kept answer tells its age and when it was made, the script's own answer has no age", async (t) => {
  const site = await start(t);
  assert.equal((await site.get("/page")).headers.get("age"), undefined);
  const { headers } = await site.get("/page");
  assert.equal(headers.get("age"), "0");
  assert.ok(Math.abs(Date.parse(headers.get("date")!) - Date.now()) < 5000);
});

test("a Date of the script's stays, and its Age does not", async (t) => {
  const site = await start(t);
  assert.equal((await site.get("/dated")).headers.get("age"), "99", "before it is kept, it is the script's");
  const { headers } = await site.get("/dated");
  assert.equal(headers.get("date"), "Thu, 01 Jan 1970 00:00:00 GMT");
  assert.equal(headers.get("age"), "0");
});

test("an answer is made anew when its time is over", async (t) => {
  const site = await start(t);
  assert.equal((await site.get("/short")).text, "short 1");
  await until("the answer expires", async () => (await site.get("/short")).text === "short 2");
});

test("no answer is kept longer than cache.ttl", async (t) => {
  const site = await start(t, { cache: { ttl: 50 } });
  assert.equal((await site.get("/page")).text, "page 1");
  await until("the answer expires", async () => (await site.get("/page")).text === "page 2");
});

for (const [path, expected] of [
  ["/json", Buffer.from('{"runs":1}')],
  ["/bytes", Buffer.from([1, 0, 255])],
  ["/%C3%BCn%C3%AFcode", Buffer.from("héllo ✓ 1")],
] as const) {
  test(`the answer of ${path} is kept as it was`, async (t) => {
    const site = await start(t);
    const fresh = await site.get(path);
    const kept = await site.get(path);
    assert.deepEqual(fresh.bytes, expected);
    assert.deepEqual(kept.bytes, expected);
    assert.equal(kept.headers.get("content-type"), fresh.headers.get("content-type"));
  });
}

test("an answer without a body is kept, whatever its status", async (t) => {
  const site = await start(t);
  for (let i = 0; i < 2; i++) {
    const { status, text, headers } = await site.get("/gone");
    assert.deepEqual([status, text, headers.get("x-run")], [410, "", "1"]);
  }
});

test("HEAD is served from the answer to GET, and is itself not kept", async (t) => {
  const site = await start(t);
  await site.request("/page", { method: "HEAD" }).answer;
  assert.equal((await site.get("/page")).text, "page 2");
  const head = await site.request("/page", { method: "HEAD" }).answer;
  assert.equal(head.headers.get("x-run"), "2");
});

test("other methods, and GET with a body, are neither served nor kept", async (t) => {
  const site = await start(t);
  for (const options of [{ method: "POST" }, { method: "DELETE" }, { body: "body" }]) {
    await site.request("/page", options).answer;
  }
  assert.equal((await site.get("/page")).text, "page 4");
  for (const options of [{ method: "POST" }, { method: "OPTIONS" }, { body: "body" }]) {
    assert.notEqual((await site.request("/page", options).answer).text, "page 4");
  }
});

test("conditions apply to a kept answer", async (t) => {
  const site = await start(t);
  await site.get("/page");
  const ask = (fields: string) => site.request("/page", { fields }).answer;
  const unchanged = await ask('If-None-Match: "v1"\r\n');
  assert.deepEqual([unchanged.status, unchanged.text, unchanged.headers.get("age")], [304, "", "0"]);
  assert.equal((await ask('If-None-Match: "other"\r\n')).text, "page 1");
  assert.equal((await ask('If-Match: "other"\r\n')).status, 412);
});

test("ranges apply to a kept answer, and the answer to a range is kept whole", async (t) => {
  const site = await start(t);
  const ask = (fields: string) => site.request("/page", { fields }).answer;
  const fresh = await ask("Range: bytes=0-3\r\n");
  assert.deepEqual([fresh.status, fresh.text], [206, "page"]);
  const kept = await ask("Range: bytes=5-\r\n");
  assert.deepEqual([kept.status, kept.text], [206, "1"]);
  assert.equal((await site.get("/page")).text, "page 1");
});

for (const [path, reason] of [
  ["/cookie", /GET \/cookie is not kept \(cache\): it has Set-Cookie/],
  ["/part", /status 206/],
  ["/unchanged", /status 304/],
  ["/large", /larger than cache\.entry, 100000 bytes/],
] as const) {
  test(`the answer of ${path} is not kept, and the log says so once`, async (t) => {
    const site = await start(t);
    const first = await site.get(path);
    const second = await site.get(path);
    const run = ({ text, headers }: typeof first) => text + headers.get("x-run");
    assert.notEqual(run(second), run(first));
    assert.equal(second.status, first.status);
    const warnings = site.log.filter(({ level, msg }) => level === 40 && reason.test(msg));
    assert.equal(warnings.length, 1);
    await site.reload(`${script}\nexport const version = 2;`);
    await site.get(path);
    assert.equal(site.log.filter(({ level, msg }) => level === 40 && reason.test(msg)).length, 2);
  });
}

test("a request with Authorization is neither served from what is kept nor kept", async (t) => {
  const site = await start(t);
  const signed = { fields: "authorization: Basic eA==\r\n" };
  assert.equal((await site.request("/page", signed).answer).text, "page 1");
  assert.equal((await site.get("/page")).text, "page 2");
  assert.equal((await site.request("/page", signed).answer).text, "page 3");
  assert.equal((await site.get("/page")).text, "page 2");
});

test("a key that names Authorization keeps an answer for each", async (t) => {
  const site = await start(t);
  const ask = (who: string) => site.request("/signed", { fields: `Authorization: Basic ${who}\r\n` }).answer;
  assert.equal((await ask("a")).text, "signed 1");
  assert.equal((await ask("b")).text, "signed 2");
  assert.equal((await ask("a")).text, "signed 1");
});

test("new scripts begin with nothing kept", async (t) => {
  const site = await start(t);
  assert.equal((await site.get("/page")).text, "page 1");
  await site.reload(script.replaceAll('"page "', '"new page "'));
  assert.equal((await site.get("/page")).text, "new page 1");
});

test("an answer that the scripts before still computed is not kept", async (t) => {
  const slow = (text: string) => `
let release;
export default async (request) => {
  if (request.path === "/go") { release?.(); return 204; }
  if (request.query === "wait") await new Promise((resolve) => { release = resolve; setTimeout(resolve, 100); });
  return new Response("${text}", { cache: { ttl: 60, key: { query: false } } });
};`;
  const site = await SiteHarness.start(t, slow("old"));
  await site.get("/go");
  const old = site.request("/page?wait").answer;
  await site.turn();
  await site.reload(slow("new"));
  assert.equal((await old).text, "old");
  assert.equal((await site.get("/page")).text, "new");
});

test("while the version saved last does not compile nothing kept is served: its author is to see that", async (t) => {
  const site = await start(t);
  site.load({ ...(await site.compile(script)), broken: [] });
  assert.equal((await site.get("/page")).text, "page 1");
  assert.equal((await site.get("/page")).text, "page 2");
  await site.reload(script);
  assert.equal((await site.get("/page")).text, "page 1");
  assert.equal((await site.get("/page")).text, "page 1");
});

test("a kept answer is served while the scripts have no isolate and must not run", async (t) => {
  const site = await start(t);
  await site.get("/page");
  site.quarantine(60_000);
  assert.equal((await site.get("/plain")).status, 503);
  assert.equal((await site.get("/page")).text, "page 1");
});

test("a traced request that gets a kept answer tells so", async (t) => {
  const secret = "the secret of this test";
  const site = await start(t, { traceSecret: secret });
  await site.get("/page");
  const expiry = Math.floor(Date.now() / 1000) + 60;
  const signature = signTrace(
    { method: "GET", host: "a.test", path: "/page", query: undefined },
    secret,
    expiry,
  );
  const traced = await site.request("/page", { fields: `Lodestone-Trace: ${signature}\r\n` }).answer;
  assert.equal(traced.text, "page 1");
  const line = await until("the trace is logged", () => site.log.find(({ msg }) => msg === "trace"));
  const steps = line.trace as { step: string; by?: string }[];
  assert.deepEqual(
    steps.map(({ step, by }) => by ?? step),
    ["request", "cache", "end of request"],
  );
  assert.equal((await site.get("/page")).headers.get("lodestone-trace-id"), undefined, "it is not kept");
});

test("with no memory for it nothing is kept", async (t) => {
  const site = await start(t, { cache: { memory: 0 } });
  assert.equal((await site.get("/page")).text, "page 1");
  assert.equal((await site.get("/page")).text, "page 2");
});

test("a kept answer that was changed by onResponse is kept as it was sent", async (t) => {
  const site = await SiteHarness.start(
    t,
    `let runs = 0;
    export const onResponse = (response) => { response.headers.set("x-hooked", String(++runs)); };
    export default () => new Response("page", { cache: { ttl: 60 } });`,
  );
  for (let i = 0; i < 2; i++) assert.equal((await site.get("/page")).headers.get("x-hooked"), "1");
});

test("what onResponse makes of a backend's answer can be kept", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export const onResponse = async (response) => new Response((await response.text()).toUpperCase(), { cache: { ttl: 60 } });
    export default () => {};`,
  );
  const first = site.request("/page").answer;
  (await site.backend.call(0)).respond(200, "from the backend");
  assert.equal((await first).text, "FROM THE BACKEND");
  assert.equal((await site.get("/page")).text, "FROM THE BACKEND");
  assert.equal(site.backend.calls.length, 1);
});
