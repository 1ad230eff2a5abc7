import assert from "node:assert/strict";
import { test } from "node:test";
import { KeySpec } from "../../../core/exchange/response_cache/key_spec.ts";
import { parseRequestHead } from "../../../core/http/parse_request_head.ts";
import { SiteHarness } from "../../script/site_harness.ts";

const script = (key: string, more = "") => `
let runs = 0;
export default (request) => {
  ${more}
  return new Response("run " + ++runs, { cache: { ttl: 60, key: ${key} } });
};`;

/** Two requests: target, and field lines. */
type Ask = readonly [target: string, fields?: string];

async function answers(t: Parameters<typeof SiteHarness.start>[0], key: string, asks: readonly Ask[]) {
  const site = await SiteHarness.start(t, script(key));
  const texts: string[] = [];
  for (const [target, fields = ""] of asks) texts.push((await site.request(target, { fields }).answer).text);
  return texts.map((text) => Number(text.slice(4)));
}

const cases: readonly [sentence: string, key: string, asks: readonly Ask[], runs: readonly number[]][] = [
  [
    "the whole query counts unless the script says otherwise",
    "undefined",
    [["/?a=1"], ["/?a=2"], ["/"], ["/?"], ["/?a=1"]],
    [1, 2, 3, 4, 1],
  ],
  ["paths are told apart", "undefined", [["/a"], ["/b"], ["/a"]], [1, 2, 1]],
  ["without the query it does not count", "{ query: false }", [["/?a=1"], ["/?a=2"], ["/"]], [1, 1, 1]],
  [
    "of the query only the named parameters count",
    '{ query: ["page"] }',
    [["/?page=1&x=1"], ["/?x=2&page=1"], ["/?page=2"], ["/"], ["/?pages=1"]],
    [1, 1, 2, 3, 3],
  ],
  [
    "a parameter counts by its decoded name",
    '{ query: ["page", "a b"] }',
    [["/"], ["/?p%61ge=2"], ["/?a+b=1"], ["/?a%20b=1"], ["/?page"]],
    [1, 2, 3, 4, 5],
  ],
  [
    "each value of a repeated parameter counts",
    '{ query: ["page"] }',
    [["/?page=1"], ["/?page=1&page=2"], ["/?page=2&page=1"]],
    [1, 2, 3],
  ],
  [
    "a header counts when it is named, in any case",
    '{ headers: ["Accept-Language"] }',
    [
      ["/", "accept-language: de\r\n"],
      ["/", "ACCEPT-LANGUAGE: en\r\n"],
      ["/", "Accept-Language: de\r\nX-Other: 1\r\n"],
    ],
    [1, 2, 1],
  ],
  [
    "a missing header differs from an empty one",
    '{ headers: ["x-a"] }',
    [["/"], ["/", "X-A:\r\n"], ["/"]],
    [1, 2, 1],
  ],
  [
    "a value cannot pass for two headers",
    '{ headers: ["x-a", "x-b"] }',
    [
      ["/", "X-A: 1\r\nX-B: 2\r\n"],
      ["/", "X-A: 1=2\r\n"],
      ["/", "X-B: 1=2\r\n"],
      ["/", "X-A: 1 =2\r\nX-B: 2\r\n"],
    ],
    [1, 2, 3, 4],
  ],
  [
    "a query cannot pass for a header",
    '{ headers: ["x-a"] }',
    [["/?q", "X-A: 1\r\n"], ["/?q=1"], ["/?q%0A=1"]],
    [1, 2, 3],
  ],
  [
    "a cookie counts when it is named, others do not",
    '{ cookies: ["variant"] }',
    [
      ["/", "Cookie: variant=a\r\n"],
      ["/", "Cookie: id=7; variant=a\r\n"],
      ["/", "Cookie: variant=b; id=7\r\n"],
      ["/", "Cookie: variants=a\r\n"],
      ["/"],
    ],
    [1, 1, 2, 3, 3],
  ],
  [
    "each value of a repeated cookie counts, for scripts may read the first or the last",
    '{ cookies: ["v"] }',
    [
      ["/", "Cookie: v=a\r\n"],
      ["/", "Cookie: v=a; v=b\r\n"],
      ["/", "Cookie: v=b; v=a\r\n"],
    ],
    [1, 2, 3],
  ],
  [
    "the fields of cookies are joined as scripts see them",
    '{ cookies: ["v"] }',
    [
      ["/", "Cookie: v=b\r\n"],
      ["/", "Cookie: a=1\r\nCookie: v=b\r\n"],
    ],
    [1, 2],
  ],
  [
    "a cookie cannot pass for another",
    '{ cookies: ["a", "b"] }',
    [
      ["/", "Cookie: a=1; b=2\r\n"],
      ["/", "Cookie: b=1; a=2\r\n"],
      ["/", "Cookie: a=1\r\n"],
      ["/", "Cookie: b=1\r\n"],
    ],
    [1, 2, 3, 4],
  ],
];
for (const [sentence, key, asks, runs] of cases) {
  test(sentence, async (t) => assert.deepEqual(await answers(t, key, asks), runs));
}

test("schemes and authorities are told apart: no client places an answer at another's address", () => {
  const limits = { requestLine: 1000, head: 1000, fields: 10 };
  const heads = ["a.test", "a.test:81", "A.test", "b.test"].map(
    (host) => parseRequestHead(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`, limits).head,
  );
  return import("../../../core/exchange/response_cache/cache_key.ts").then(({ pathKey }) => {
    const keys = heads.flatMap((head) => [pathKey(head, false), pathKey(head, true)]);
    assert.equal(new Set(keys).size, keys.length);
  });
});

test("what one answer of a path depends on counts for the others, too", async (t) => {
  const site = await SiteHarness.start(
    t,
    script(
      "{ query: false }",
      `if (request.cookies.has("variant")) return new Response("variant " + ++runs, { cache: { ttl: 60, key: { cookies: ["variant"], query: ["page"] } } });`,
    ),
  );
  const ask = async (target: string, fields = "") => (await site.request(target, { fields }).answer).text;
  assert.equal(await ask("/?page=1", "Cookie: variant=a\r\n"), "variant 1");
  assert.equal(await ask("/?page=1"), "run 2");
  assert.equal(await ask("/?page=1", "Cookie: variant=a\r\n"), "variant 1");
  assert.equal(await ask("/?page=2"), "run 3");
  assert.equal(await ask("/?page=1&x=1"), "run 2");
});

test("specs are joined up to a bound", () => {
  const of = (prefix: string, count: number) =>
    new KeySpec({
      query: false,
      headers: Array.from({ length: count }, (_, i) => `${prefix}${i}`),
      cookies: [],
    });
  assert.equal(of("a", 32).union(of("b", 32))?.parts.headers.length, 64);
  assert.equal(of("a", 32).union(of("b", 33)), undefined);
  const all = new KeySpec({ query: true, headers: [], cookies: [] });
  const some = new KeySpec({ query: ["b", "a", "b"], headers: [], cookies: [] });
  const none = new KeySpec({ query: false, headers: [], cookies: [] });
  assert.deepEqual(some.union(all)?.parts.query, true);
  assert.deepEqual(none.union(some)?.parts.query, ["a", "b"]);
  assert.equal(some.union(new KeySpec({ query: ["a", "b"], headers: [], cookies: [] })), some);
});

test("names that are too many together keep an answer from being kept, and the log says so", async (t) => {
  const names = (prefix: string) => `Array.from({ length: 32 }, (_, i) => "${prefix}" + i)`;
  const site = await SiteHarness.start(
    t,
    `let runs = 0;
    export default (request) => new Response("run " + ++runs, { cache: { ttl: 60, key: { headers:
      request.query === "a" ? ${names("a")} : request.query === "b" ? ${names("b")} : ${names("c")} } } });`,
  );
  for (const target of ["/?a", "/?b", "/?c", "/?c"]) await site.get(target);
  assert.equal((await site.get("/?c")).text, "run 5");
  assert.match(site.logText(40), /too many fields, cookies or parameters/);
});
