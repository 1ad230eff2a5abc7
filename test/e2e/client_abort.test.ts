import assert from "node:assert/strict";
import type { Socket } from "node:net";
import test from "node:test";
import { freePort } from "../support/free_port.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { startOrigin } from "../support/origin.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { openResponse, request } from "../support/request.ts";
import { until } from "../support/until.ts";

function serve(server: string, responseTimeout = "20s"): Promise<Lodestone> {
  return startLodestone({
    config: `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    backend: origin
backends:
  origin:
    server: ${server}
    responseTimeout: ${responseTimeout}
`,
    scripts: {
      "site.ts": `
export default async (request: Request) => {
  if (request.path === "/script") return new Response("fine");
  if (request.path === "/fetched") return await fetch(request);
  if (request.path === "/read") return new Response(await request.text());
};`,
    },
  });
}

for (const path of ["/escalated", "/fetched"]) {
  test(`a client that leaves before the answer ends the backend's request (${path})`, async () => {
    let closed = false;
    await using origin = await startOrigin((incoming) => {
      incoming.socket.on("close", () => {
        closed = true;
      });
    });
    await using lodestone = await serve(origin.url);
    const leaving = new AbortController();
    const answer = request(lodestone.url(path), { signal: leaving.signal });
    answer.catch(() => {});
    await until("the backend has the request", () => origin.requests.length === 1);
    leaving.abort();
    await until("the backend sees the end", () => closed, { timeout: 5000 });
    assert.equal((await request(lodestone.url("/script"))).text, "fine");
  });

  test(`a client that leaves in the middle of the answer ends the backend's (${path})`, async () => {
    let closed = false;
    await using origin = await startOrigin((_, response) => {
      response.on("close", () => {
        closed = true;
      });
      response.write("begin");
    });
    await using lodestone = await serve(origin.url);
    const response = await openResponse(lodestone.url(path));
    response.destroy();
    await until("the backend sees the end", () => closed);
  });

  test(`a backend that breaks off is not taken for one that has ended (${path})`, async () => {
    await using origin = await startOrigin((_, response) => {
      response.write("begin");
      setImmediate(() => response.destroy());
    });
    await using lodestone = await serve(origin.url);
    await assert.rejects(request(lodestone.url(path)), { code: "ECONNRESET" });
  });
}

test("a client that leaves in the middle of its upload ends the backend's request", async () => {
  let closed = false;
  await using origin = await startOrigin((incoming) => {
    incoming.resume();
    incoming.on("close", () => {
      closed = !incoming.complete;
    });
  });
  await using lodestone = await serve(origin.url);
  using connection = await RawConnection.open(lodestone.address);
  connection.write("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nbegin");
  await until("the backend has the request", () => origin.requests.length === 1);
  connection.socket.destroy();
  await until("the backend sees the end", () => closed);
});

for (const [manner, leave] of [
  ["ends", (socket: Socket) => socket.end()],
  ["resets", (socket: Socket) => socket.resetAndDestroy()],
] as const) {
  test(`a client that ${manner} its upload while a script reads it has its access line and nothing else`, async () => {
    await using lodestone = await serve("http://127.0.0.1:1");
    using connection = await RawConnection.open(lodestone.address);
    connection.write("POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n");
    await connection.receive("100 Continue");
    connection.write("begin");
    leave(connection.socket);
    const line = await lodestone.waitForLog(({ path }) => path === "/read");
    assert.match(String(line.code), /^(body_incomplete|client_closed)$/);
    assert.equal((await request(lodestone.url("/script"))).text, "fine");
    await lodestone.waitForLog(({ path }) => path === "/script");
    assert.deepEqual(
      lodestone.log().filter(({ level }) => Number(level) >= 40),
      [],
    );
  });
}

test("a backend that refuses is 502", async () => {
  await using lodestone = await serve(`http://127.0.0.1:${await freePort()}`);
  const answer = await request(lodestone.url("/"));
  assert.equal(answer.status, 502);
  assert.doesNotMatch(answer.text, /127\.0\.0\.1|ECONNREFUSED/);
  const line = await lodestone.waitForLog((entry) => entry.status === 502);
  assert.match(String(line.error), /connecting to .*127\.0\.0\.1:\d+ failed: ECONNREFUSED/);
});

test("a backend that takes too long is 504", async () => {
  await using origin = await startOrigin(() => {});
  await using lodestone = await serve(origin.url, "300ms");
  const started = performance.now();
  const answer = await request(lodestone.url("/"));
  const time = performance.now() - started;
  assert.equal(answer.status, 504);
  assert.ok(time >= 290 && time < 2000, `after ${time} ms`);
});
