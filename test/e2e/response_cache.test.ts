import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { askAdmin, scrape } from "../support/admin.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { metric } from "../support/metrics_text.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";

/** Answers tell which isolate made them, and how often its script has run. */
const SITE = `
import { cache } from "lodestone";
const isolate = crypto.randomUUID();
let runs = 0;
export default async (request: Request) => {
  if (request.path === "/purge") {
    await cache.purge(...new URLSearchParams(request.query).getAll("tag"));
    return 204;
  }
  if (request.path.startsWith("/page")) {
    return new Response(isolate + " " + ++runs, { headers: { ETag: '"' + runs + '"' }, cache: { ttl: 600, tags: ["page", request.path] } });
  }
};`;

const CONFIG = (workers: number) => `
admin: 127.0.0.1:0
workers: ${workers}
sites:
  - hosts: [a.test]
    scripts: [site.ts]
  - hosts: [b.test]
    scripts: [site.ts]
`;

const start = (workers: number) => startLodestone({ config: CONFIG(workers), scripts: { "site.ts": SITE } });

const get = async (lodestone: Lodestone, path: string, host = "a.test") =>
  (await request(lodestone.url(path), { host })).text;

/** Asks until each of two workers has shown the answer that it keeps; returns the two. */
async function bothAnswers(lodestone: Lodestone, path: string, host = "a.test"): Promise<Set<string>> {
  const seen = new Set<string>();
  await until("both workers show what they keep", async () => {
    const ask = () => request(lodestone.url(path), { host });
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    // Of requests that came at once to a worker with nothing kept each has made an answer; the last one is kept.
    if (answers.some(({ headers }) => headers.age === undefined)) seen.clear();
    else for (const { text } of answers) seen.add(text);
    return seen.size === 2;
  });
  return seen;
}

test("a kept answer is served over real sockets and the log and the metrics tell", async () => {
  await using lodestone = await start(1);
  const first = await request(lodestone.url("/page"), { host: "a.test" });
  const second = await request(lodestone.url("/page"), { host: "a.test" });
  assert.equal(second.text, first.text);
  assert.equal(second.headers.age, "0");
  assert.equal(first.headers.age, undefined);
  await lodestone.waitForLog((line) => line.by === "cache" && line.path === "/page" && line.status === 200);
  const other = await get(lodestone, "/page", "b.test");
  assert.notEqual(other, first.text);
  const families = await scrape(lodestone);
  const of = (name: string, labels = {}) => metric(families, name, { site: "a.test", ...labels });
  assert.equal(of("lodestone_requests_total", { by: "cache", status: "200" }), 1);
  assert.equal(of("lodestone_requests_total", { by: "script" }), 1);
  assert.equal(of("lodestone_response_cache_requests_total", { outcome: "hit" }), 1);
  assert.equal(of("lodestone_response_cache_stored_total"), 1);
  assert.equal(of("lodestone_response_cache_answers"), 1);
  assert.ok(of("lodestone_response_cache_bytes") > 100);
  assert.equal(of("lodestone_isolate_requests_total"), 1);
});

test("a script purges by tag in every worker before its promise resolves", async () => {
  await using lodestone = await start(2);
  const before = await bothAnswers(lodestone, "/page/1");
  const others = await bothAnswers(lodestone, "/page/2");
  const elsewhere = await bothAnswers(lodestone, "/page/1", "b.test");
  assert.equal((await request(lodestone.url("/purge?tag=/page/1"), { host: "a.test" })).status, 204);
  const after = await Promise.all(Array.from({ length: 20 }, () => get(lodestone, "/page/1")));
  for (const answer of after) assert.ok(!before.has(answer), "no worker serves what was purged");
  for (const answer of await bothAnswers(lodestone, "/page/2")) assert.ok(others.has(answer));
  for (const answer of await bothAnswers(lodestone, "/page/1", "b.test")) {
    assert.ok(elsewhere.has(answer), "the other site keeps what it has");
  }
});

test("the operator purges by tag in every worker, and is told what is wrong with a request", async () => {
  await using lodestone = await start(2);
  const before = await bothAnswers(lodestone, "/page/1");
  const purge = (query: string, method = "POST") => askAdmin(lodestone, `/purge${query}`, method);
  for (const query of [
    "",
    "?site=a.test",
    "?site=no.test&tag=page",
    "?site=a.test&tag=",
    "?site=a.test&tag=a%00b",
  ]) {
    assert.equal((await purge(query)).status, 400, query);
  }
  assert.equal((await purge(`?site=a.test${"&tag=x".repeat(65)}`)).status, 400);
  assert.equal((await purge("?site=a.test&tag=page", "GET")).status, 405);
  assert.equal((await purge("?site=b.test&tag=page")).status, 200);
  for (const answer of await bothAnswers(lodestone, "/page/1")) assert.ok(before.has(answer));
  const { status, text } = await purge("?site=a.test&tag=other&tag=page");
  assert.deepEqual(
    [status, JSON.parse(text)],
    [200, { outcome: "done", site: "a.test", tags: ["other", "page"] }],
  );
  for (let i = 0; i < 20; i++) assert.ok(!before.has(await get(lodestone, "/page/1")));
  const families = await scrape(lodestone);
  assert.equal(
    metric(families, "lodestone_response_cache_removed_total", { site: "a.test", reason: "purged" }),
    2,
  );
});

test("a kept answer goes out over HTTP/2 as over HTTP/1, whole, as a range and for HEAD", async () => {
  await using lodestone = await start(1);
  const kept = await get(lodestone, "/page");
  const session = http2.connect(lodestone.address);
  const ask = async (fields: http2.OutgoingHttpHeaders) => {
    const stream = session.request({ ":authority": "a.test", ":path": "/page", ...fields });
    const [[head], body] = await Promise.all([once(stream, "response"), text(stream)]);
    return { status: head[":status"], age: head.age, length: head["content-length"], body };
  };
  try {
    const length = String(kept.length);
    for (let i = 0; i < 2; i++) {
      const { status, age, body } = await ask({});
      assert.deepEqual([status, Number(age) >= 0, body], [200, true, kept]);
    }
    const head = await ask({ ":method": "HEAD" });
    assert.deepEqual([head.status, head.length, head.body], [200, length, ""]);
    const range = await ask({ range: "bytes=0-3" });
    assert.deepEqual([range.status, range.body], [206, kept.slice(0, 4)]);
    assert.equal((await ask({ "if-none-match": '"1"' })).status, 304);
  } finally {
    session.close();
  }
  assert.equal(await get(lodestone, "/page"), kept);
});

test("a saved script begins with nothing kept", async () => {
  await using lodestone = await start(1);
  const before = await get(lodestone, "/page");
  lodestone.folder.write("site.ts", SITE.replace("runs = 0", "runs = 100"));
  await until("the new version answers", async () => (await get(lodestone, "/page")).endsWith(" 101"));
  assert.notEqual(await get(lodestone, "/page"), before);
});

test("an offer to switch protocols goes to the script, whatever is kept", async () => {
  await using lodestone = await start(1);
  const before = await get(lodestone, "/page");
  using connection = await RawConnection.open(lodestone.address);
  connection.write("GET /page HTTP/1.1\r\nHost: a.test\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
  const answer = await connection.receive(" 2");
  assert.ok(!answer.includes(before));
  assert.match(answer, /ETag: "2"/i);
});
