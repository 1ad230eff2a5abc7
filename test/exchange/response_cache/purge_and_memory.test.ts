import assert from "node:assert/strict";
import { test } from "node:test";
import { readDirective, readTags } from "../../../core/exchange/response_cache/cache_directive.ts";
import { CacheMemory } from "../../../core/exchange/response_cache/cache_memory.ts";
import { CachedAnswer } from "../../../core/exchange/response_cache/cached_answer.ts";
import { PurgeHistory } from "../../../core/exchange/response_cache/purge_history.ts";
import { SiteCache } from "../../../core/exchange/response_cache/site_cache.ts";
import { HeaderList } from "../../../core/http/header_list.ts";
import { parseRequestHead } from "../../../core/http/parse_request_head.ts";
import { ResponseCacheMetrics } from "../../../core/observe/metrics/response_cache_metrics.ts";

const limits = { requestLine: 10_000, head: 100_000, fields: 100 };
const headOf = (target: string) =>
  parseRequestHead(`GET ${target} HTTP/1.1\r\nHost: a.test\r\n\r\n`, limits).head;
const directive = (given: object = {}) =>
  readDirective(JSON.stringify({ ttl: 60, query: true, headers: [], cookies: [], tags: [], ...given }), 1e9);

/** A cache with a memory of its own, unless it shares another's. */
function siteCache(memory = new CacheMemory(100_000), entry = 50_000) {
  const metrics = new ResponseCacheMetrics();
  const cache = new SiteCache({ memory, entry, metrics });
  const store = (target: string, given: object = {}, { body = "body", now = 0, begun = cache.epoch } = {}) =>
    cache.store(
      {
        head: headOf(target),
        isSecure: false,
        directive: directive(given),
        status: 200,
        headers: HeaderList.empty(),
        body,
        begun,
      },
      now,
    );
  const find = (target: string, now = 0) => {
    const key = cache.keyOf(headOf(target), false);
    return key === undefined ? undefined : cache.find(key, now);
  };
  return { cache, metrics, store, find, has: (target: string, now = 0) => find(target, now) !== undefined };
}

test("an answer holds until its time is over, to the millisecond", () => {
  const { store, find, cache } = siteCache();
  store("/a", { ttl: 2 }, { now: 1000 });
  const head = headOf("/a");
  const age = (now: number) => find("/a", now)?.reply(head, now).headers.get("age");
  assert.deepEqual([age(1000), age(1999), age(2000), age(2999), age(3000)], ["0", "0", "1", "1", undefined]);
  assert.equal(cache.size, 0);
});

test("replies of the same second are the same object: a hit makes nothing", () => {
  const { store, find } = siteCache();
  store("/a");
  const head = headOf("/a");
  assert.equal(find("/a")!.reply(head, 10), find("/a")!.reply(head, 20));
  assert.notEqual(find("/a")!.reply(head, 10), find("/a")!.reply(head, 1010));
});

test("a purge lets go of the answers with one of the tags, and of no others", () => {
  const { cache, metrics, store, has } = siteCache();
  store("/a", { tags: ["x", "y"] });
  store("/b", { tags: ["y"] });
  store("/c", { tags: ["z"] });
  store("/d");
  cache.purge(["x", "none"]);
  assert.deepEqual(
    ["/a", "/b", "/c", "/d"].map((target) => has(target)),
    [false, true, true, true],
  );
  cache.purge(["y", "z"]);
  assert.deepEqual(
    ["/a", "/b", "/c", "/d"].map((target) => has(target)),
    [false, false, false, true],
  );
  assert.deepEqual(metrics.removed, { evicted: 0, purged: 3 });
});

test("an answer that replaces another is found by its own tags alone", () => {
  const { cache, store, has } = siteCache();
  store("/a", { tags: ["old"] });
  store("/a", { tags: ["new"] });
  cache.purge(["old"]);
  assert.equal(has("/a"), true);
  assert.equal(cache.size, 1);
  cache.purge(["new"]);
  assert.equal(has("/a"), false);
});

test("an answer begun before its tag was purged is not kept, others are", () => {
  const { cache, store } = siteCache();
  const begun = cache.epoch;
  cache.purge(["x"]);
  assert.equal(store("/a", { tags: ["x"] }, { begun }), "purged");
  assert.equal(typeof store("/a", { tags: ["y"] }, { begun }), "object");
  assert.equal(typeof store("/a", { tags: ["x"] }), "object");
  cache.clear();
  assert.equal(store("/a", {}, { begun }), "purged");
});

test("purges that were forgotten count for everything begun before them", () => {
  const history = new PurgeHistory(2);
  const begun = history.now;
  for (const tag of ["a", "b"]) history.purge([tag]);
  assert.equal(history.isPurged(["c"], begun), false);
  const later = history.now;
  history.purge(["c"]);
  assert.equal(history.isPurged(["d"], begun), true, "the purge of a was forgotten");
  assert.equal(history.isPurged(["d"], later), false);
  assert.equal(history.isPurged(["c"], later), true);
  assert.equal(history.isPurged(["c"], history.now), false);
});

test("what all sites keep is bounded, and the one that has most gives way", () => {
  const memory = new CacheMemory(100_000);
  const [modest, greedy] = [siteCache(memory), siteCache(memory)];
  for (let i = 0; i < 10; i++) modest.store(`/${i}`, {}, { body: "x".repeat(2_000) });
  for (let i = 0; i < 1000; i++) greedy.store(`/${i}`, {}, { body: "x".repeat(2_000) });
  assert.equal(modest.metrics.removed.evicted, 0);
  assert.equal(modest.cache.size, 10);
  assert.ok(greedy.metrics.removed.evicted > 900);
  assert.ok(modest.cache.bytes + greedy.cache.bytes <= 100_000);
  assert.ok(modest.cache.bytes + greedy.cache.bytes > 80_000);
  assert.ok(greedy.has("/999") && !greedy.has("/0"), "what was not asked for the longest time goes first");
});

test("nobody waits for what was not kept, for ten seconds", () => {
  const { cache } = siteCache();
  cache.pass("key", 1000);
  assert.deepEqual([cache.isPassed("key", 10_999), cache.isPassed("key", 11_000)], [true, false]);
  assert.equal(cache.isPassed("other", 1000), false);
  assert.equal(cache.find("key", 1000), undefined);
});

test("what is asked for stays", () => {
  const { store, has } = siteCache();
  store("/hot");
  for (let i = 0; i < 500; i++) {
    store(`/cold?${i}`, {}, { body: "x".repeat(1000) });
    assert.ok(has("/hot"));
  }
});

test("requests with random queries, hosts and paths fill no more than the memory", () => {
  const { cache, store } = siteCache();
  for (let i = 0; i < 2000; i++) {
    store(`/${i}?${"q".repeat(i % 500)}`);
    cache.pass(`key ${i}`, 0);
  }
  assert.ok(cache.bytes <= 100_000, String(cache.bytes));
});

test("the bytes of a cache add up again to nothing", () => {
  const { cache, store } = siteCache();
  for (let i = 0; i < 50; i++) store(`/${i % 20}?${i % 3}`, { tags: ["x"], ttl: (i % 5) + 1 });
  cache.purge(["x"]);
  assert.equal(cache.size, 0);
  cache.clear();
  assert.deepEqual([cache.bytes, cache.isEmpty], [0, true]);
});

test("an answer larger than cache.entry, its head included, or than half the memory is not kept", () => {
  const { store } = siteCache(new CacheMemory(100_000), 2000);
  assert.equal(store("/a", {}, { body: "x".repeat(2001) }), "large");
  assert.equal(store("/a", { tags: Array.from({ length: 60 }, (_, i) => `tag ${i}`) }), "large");
  assert.equal(typeof store("/a", {}, { body: "x".repeat(500) }), "object");
  assert.equal(siteCache(new CacheMemory(10_000)).store("/a", {}, { body: "x".repeat(6000) }), "large");
});

test("a kept answer has its own copy of the body", () => {
  const body = new Uint8Array([1, 2, 3]);
  const answer = new CachedAnswer({
    key: "",
    status: 200,
    headers: HeaderList.empty(),
    body,
    tags: [],
    ttl: 1,
    now: 0,
    date: new Date(),
  });
  body[0] = 9;
  assert.deepEqual([...(answer.reply(headOf("/"), 0).body as Buffer)], [1, 2, 3]);
});

for (const json of [
  "",
  "null",
  "[]",
  "{}",
  ...[
    { ttl: 0 },
    { ttl: -1 },
    { ttl: "60" },
    { ttl: null },
    { query: "page" },
    { query: [1] },
    { query: null },
    { headers: undefined },
    { headers: ["a\nb"] },
    { headers: [""] },
    { cookies: Array(33).fill("a") },
    { tags: ["x".repeat(257)] },
    { tags: Array(65).fill("a") },
    { tags: ["a\u007f"] },
  ].map((given) => JSON.stringify({ ttl: 60, query: true, headers: [], cookies: [], tags: [], ...given })),
]) {
  test(`a script that was tampered with cannot say ${json.slice(0, 60)}`, () => {
    assert.throws(() => readDirective(json, 1000), { code: "script_protocol" });
  });
}

test("a directive asks for no more time than it may have", () => {
  const given = { ttl: 60, query: false, headers: [], cookies: [], tags: [] };
  assert.equal(readDirective(JSON.stringify(given), 1000).ttl, 1000);
  assert.equal(readDirective(JSON.stringify({ ...given, ttl: 0.5 }), 1000).ttl, 500);
});

test("what are no tags purges nothing", () => {
  assert.deepEqual(readTags('["a","b"]'), ["a", "b"]);
  for (const json of ["", "{}", "[1]", '[""]', '"a"', "null"]) assert.equal(readTags(json), undefined, json);
});
