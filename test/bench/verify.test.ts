import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test, { type TestContext } from "node:test";
import type { BenchRequest } from "./bench_server.ts";
import { verify } from "./verify.ts";

/** What `verify` says of a server that answers every request with 301, a Location and the body `gone`. */
async function verdict(t: TestContext, ...requests: BenchRequest[]): Promise<string> {
  const server = createServer((_, response) => response.writeHead(301, { location: "/new" }).end("gone"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const workload = { name: "w", title: "W", requests, programs: {} };
  try {
    await verify(workload, { url: `http://127.0.0.1:${port}`, title: "S" });
    return "fine";
  } catch (error) {
    return (error as Error).message;
  }
}

const right: BenchRequest = { path: "/old", status: 301, body: "gone", answerHeaders: { location: "/new" } };

test("an answer is right when status, body and the fields named are", async (t) => {
  assert.equal(await verdict(t, right), "fine");
});

test("another status, body or field is told, with the server and the request", async (t) => {
  assert.match(
    await verdict(t, right, { path: "/a", body: "gone" }),
    /^S, w: \/a is answered with status 301/,
  );
  assert.match(await verdict(t, { ...right, body: "gonf" }), /^S, w: \/old is answered with 4 bytes .*gone/s);
  assert.match(
    await verdict(t, { ...right, answerHeaders: { location: "/" } }),
    /^S, w: \/old: the field location/,
  );
  assert.match(
    await verdict(t, { ...right, answerHeaders: { allow: "GET" } }),
    /^S, w: \/old: the field allow/,
  );
});

test("a server that does not answer is named", async () => {
  const workload = { name: "w", title: "W", requests: [right], programs: {} };
  const asked = verify(workload, { url: "http://127.0.0.1:1", title: "S" });
  await assert.rejects(asked, /^Error: S, w: \/old is not answered: connect ECONNREFUSED/);
});
