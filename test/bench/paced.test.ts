import assert from "node:assert/strict";
import test from "node:test";
import { startOrigin } from "../support/origin.ts";
import { paced } from "./paced.ts";
import { percentile } from "./percentile.ts";

/** Stops the whole process, as a garbage collection or a slow disk would stop a server. */
function stall(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test("a stall is seen by every request that was to be sent meanwhile, not only by those under way", async () => {
  let count = 0;
  await using origin = await startOrigin((_, response) => {
    if (++count === 1000) stall(500);
    response.end("123");
  });
  const options = { rate: 1000, seconds: 2, warmUp: 0.5, connections: 4 };
  const { requests, p50, p99, max } = await paced(origin.url, options);
  assert.equal(requests, 2000);
  assert.equal(count, 2500);
  // A quarter of the requests were to be sent during the stall, each of them 1 ms less before its end than the one
  // before it. Only 4 were under way: counted from when it could be sent, one request in 500 would have waited.
  assert.ok(max > 490_000, `the longest took ${max} us`);
  assert.ok(p99 > 400_000, `a hundredth took at least ${p99} us`);
  assert.ok(p50 < p99 / 2, `half of them took ${p50} us`);
});

test("requests are sent in turn, over as many connections as were asked for", async () => {
  await using origin = await startOrigin((request, response) => {
    response.writeHead(request.url === "/a" ? 200 : 404).end(`you asked for ${request.url}`);
  });
  const head = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: paced\r\n\r\n`;
  const requests = [
    { head: head("/a"), status: 200 },
    { head: head("/b?c"), status: 404 },
  ];
  await paced(origin.url, { rate: 200, seconds: 0.5, warmUp: 0, connections: 3, requests });
  assert.equal(origin.connections, 3);
  const urls = origin.requests.map(({ url }) => url);
  assert.equal(urls.length, 100);
  assert.equal(urls.filter((url) => url === "/a").length, 50);
  assert.equal(origin.requests[0]!.headers.host, "paced");
});

test("a request that fails is told instead of a figure", async (t) => {
  const options = { rate: 100, seconds: 1, connections: 1 };
  await t.test("by its status", async () => {
    await using origin = await startOrigin((_, response) => response.writeHead(503).end());
    await assert.rejects(paced(origin.url, options), /at 100\/s failed: .*status 503, not 200/);
  });
  await t.test("by the end of its connection", async () => {
    await using origin = await startOrigin((_, response) =>
      response.setHeader("connection", "close").end("1"),
    );
    await assert.rejects(paced(origin.url, options), /failed: .*closed a connection/);
  });
});

test("a percentile is one of the values", () => {
  const values = Array.from({ length: 1000 }, (_, i) => i + 1);
  assert.equal(percentile(values, 0.5), 500);
  assert.equal(percentile(values, 0.999), 999);
  assert.equal(percentile([7], 0.5), 7);
  assert.equal(percentile([1, 2], 1), 2);
  assert.throws(() => percentile([], 0.5), RangeError);
});
