import assert from "node:assert/strict";
import { test } from "node:test";
import { toCacheDirective, toTags } from "../../../core/runtime/http/cache_directive.ts";
import { SiteHarness } from "../../script/site_harness.ts";

test("what an init says is told to the host whole", () => {
  assert.deepEqual(JSON.parse(toCacheDirective({ ttl: 0.5 })), {
    ttl: 0.5,
    query: true,
    headers: [],
    cookies: [],
    tags: [],
  });
  const key = { query: ["page"], headers: ["Accept-Language"], cookies: ["Variant"] };
  assert.deepEqual(JSON.parse(toCacheDirective({ ttl: 60, key, tags: ["a b", "ü"] })), {
    ttl: 60,
    query: ["page"],
    headers: ["accept-language"],
    cookies: ["Variant"],
    tags: ["a b", "ü"],
  });
  assert.equal(JSON.parse(toCacheDirective({ ttl: 60, key: { query: false } })).query, false);
});

const many = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
for (const [init, message] of [
  [{}, "cache.ttl must be a number of seconds above 0; got undefined"],
  [{ ttl: 0 }, "cache.ttl must be a number of seconds above 0; got 0"],
  [{ ttl: -1 }, "cache.ttl must be a number of seconds above 0; got -1"],
  [{ ttl: Number.NaN }, "cache.ttl must be a number of seconds above 0; got NaN"],
  [{ ttl: Number.POSITIVE_INFINITY }, "cache.ttl must be a number of seconds above 0; got Infinity"],
  [{ ttl: "60" }, 'cache.ttl must be a number of seconds above 0; got "60"'],
  [{ ttl: 60, key: "page" }, "cache.key: the options must be an object"],
  [{ ttl: 60, key: { query: "page" } }, /cache\.key\.query, .*must be an array of strings; got "page"/],
  [{ ttl: 60, key: { headers: ["a b"] } }, 'cache.key.headers: names of header fields; got "a b"'],
  [{ ttl: 60, key: { headers: "a" } }, 'cache.key.headers must be an array of strings; got "a"'],
  [{ ttl: 60, key: { cookies: many(33) } }, "cache.key.cookies may have at most 32 strings; got 33"],
  [{ ttl: 60, tags: many(65) }, "cache.tags may have at most 64 strings; got 65"],
  [{ ttl: 60, tags: [7] }, /cache\.tags: strings of 1 to 256 characters without control characters; got 7/],
  [{ ttl: 60, tags: [""] }, /cache\.tags: .*; got ""/],
  [{ ttl: 60, tags: ["a\nb"] }, /cache\.tags: .*; got "a\\nb"/],
  [{ ttl: 60, tags: ["x".repeat(257)] }, /cache\.tags: strings of 1 to 256/],
  ["no-store", "cache: the options must be an object"],
] as const) {
  test(`cache: ${JSON.stringify(init).slice(0, 60)} is a TypeError that names rule and value`, () => {
    assert.throws(() => toCacheDirective(init), { name: "TypeError", message });
  });
}

test("a purge wants tags", () => {
  assert.equal(toTags(["a", "b"]), '["a","b"]');
  assert.throws(() => toTags([]), /at least one tag/);
  assert.throws(() => toTags([1]), /cache\.purge: strings of/);
});

test("files and streams cannot be kept, and a script is told when it makes the response", async (t) => {
  const site = await SiteHarness.start(
    t,
    `const cache = { ttl: 60 };
    const makers = [
      () => Response.file("/x", { cache }),
      () => Response.parts(["x"], { cache }),
      () => new Response(new ReadableStream(), { cache }),
      () => new Response("x", { cache: { ttl: 0 } }),
      () => Response.json({}, { cache: { ttl: 60, tags: "x" } }),
    ];
    export default async (request) => {
      if (request.path === "/request") return new Response(request.body, { cache });
      return Response.json(makers.map((make) => { try { make(); return "made"; } catch (error) { return error.name; } }));
    };`,
  );
  assert.deepEqual(JSON.parse((await site.get("/")).text), Array(5).fill("TypeError"));
  assert.equal((await site.request("/request", { method: "POST", body: "x" }).answer).status, 500);
  assert.match(site.logText(50), /cache: only a body at hand can be kept, text or bytes/);
});

test("a clone is kept as what it was cloned from, a response made from another one is not", async (t) => {
  const site = await SiteHarness.start(
    t,
    `let runs = 0;
    export default (request) => {
      const response = new Response("run " + ++runs, { cache: { ttl: 60 } });
      return request.path === "/clone" ? response.clone() : new Response(response.body, response);
    };`,
  );
  const ask = async (path: string) => (await site.get(path)).text;
  assert.deepEqual([await ask("/clone"), await ask("/clone")], ["run 1", "run 1"]);
  assert.deepEqual([await ask("/made"), await ask("/made")], ["run 2", "run 3"]);
});
