import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import test, { type TestContext } from "node:test";
import { requirePeer } from "../support/peer.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";
import { Wrk } from "../support/wrk.ts";
import type { BenchRequest } from "./bench_server.ts";
import { luaString, wrkScript } from "./wrk_script.ts";

/** What one connection of wrk sends first with the script of these requests. */
async function sent(t: TestContext, requests: BenchRequest[], count: number): Promise<IncomingMessage[]> {
  using folder = new TemporaryFolder("wrk-script");
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    if (seen.length < count) seen.push(request);
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const script = folder.write("requests.lua", wrkScript(requests));
  await using wrk = new Wrk(`http://127.0.0.1:${port}`, { connections: 1, script });
  await until(`wrk sends ${count} requests`, () => seen.length === count);
  await wrk.stop();
  return seen;
}

test("wrk sends several requests in turn, each with its own fields", async (t) => {
  if (!requirePeer(t, "wrk")) return;
  const odd = `"quoted" \\ and 'more'`;
  const requests: BenchRequest[] = [
    { path: "/a?x=%20", body: "" },
    { path: "/b", headers: { "x-odd": odd }, body: "" },
    { path: "/c", headers: { host: "other.example" }, body: "" },
  ];
  const seen = await sent(t, requests, 6);
  // wrk takes one for itself before it begins.
  const first = requests.findIndex(({ path }) => path === seen[0]!.url);
  for (const [i, { url, headers }] of seen.entries()) {
    const expected = requests[(first + i) % requests.length]!;
    assert.equal(url, expected.path);
    assert.equal(headers["x-odd"], expected.headers?.["x-odd"]);
    if (expected.headers?.host !== undefined) assert.equal(headers.host, expected.headers.host);
  }
});

test("wrk sends a single request again and again", async (t) => {
  if (!requirePeer(t, "wrk")) return;
  const seen = await sent(t, [{ path: "/a", headers: { cookie: "variant=b" }, body: "" }], 3);
  for (const { url, headers } of seen) {
    assert.equal(url, "/a");
    assert.equal(headers.cookie, "variant=b");
    assert.match(headers.host ?? "", /^127\.0\.0\.1:\d+$/);
  }
});

test("text that Lua might read otherwise is refused", () => {
  assert.equal(luaString(`a"b\\c`), `"a\\"b\\\\c"`);
  assert.throws(() => luaString("tab\t"), RangeError);
  assert.throws(() => luaString("ö"), RangeError);
});
