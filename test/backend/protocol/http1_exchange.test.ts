import assert from "node:assert/strict";
import test from "node:test";
import { Http1Backend } from "../../../core/backend/http1_backend.ts";
import { TestBody } from "../../support/test_body.ts";
import { backendConfig, backendOptions, tcpServer } from "../support/backend_config.ts";
import { startRawServer } from "../support/raw_server.ts";
import { type RequestInit, send } from "../support/send.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Sends a request on a connection that has served once and that the server then ends without an answer. */
async function onStaleConnection(
  request: RequestInit,
  options: { reset?: boolean; before?: string; always?: boolean } = {},
): Promise<{ outcome: Promise<unknown>; connections: () => number; close: () => Promise<void> }> {
  const server = await startRawServer(({ socket, requests }) => {
    const stale = requests > 1 || (options.always === true && server.connections.length > 1);
    if (!stale) socket.write(OK);
    else if (options.before !== undefined) socket.end(options.before);
    else if (options.reset) socket.resetAndDestroy();
    else socket.end();
  });
  const backend = new Http1Backend(backendConfig(tcpServer(server.port)), backendOptions());
  await send(backend);
  return {
    outcome: send(backend, request),
    connections: () => server.connections.length,
    close: async () => {
      backend.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

for (const method of ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]) {
  for (const reset of [false, true]) {
    test(`${method} on a connection that was just ${reset ? "reset" : "closed"} is sent again on a fresh one`, async () => {
      const { outcome, connections, close } = await onStaleConnection({ method }, { reset });
      assert.equal(((await outcome) as { status: number }).status, 200);
      assert.equal(connections(), 2);
      await close();
    });
  }
}

for (const method of ["POST", "PATCH", "PURGE"]) {
  test(`${method} on a connection that was just closed fails with 502, for it may have been done`, async () => {
    const { outcome, connections, close } = await onStaleConnection({ method });
    await assert.rejects(outcome, { status: 502, code: "backend_closed" });
    assert.equal(connections(), 1);
    await close();
  });
}

test("PUT whose body has begun is not sent again", async () => {
  const { outcome, connections, close } = await onStaleConnection({ method: "PUT", body: new TestBody(5) });
  await assert.rejects(outcome, { status: 502, code: "backend_closed" });
  assert.equal(connections(), 1);
  await close();
});

test("a request is sent again once only", async () => {
  const { outcome, connections, close } = await onStaleConnection({}, { always: true });
  await assert.rejects(outcome, { status: 502, code: "backend_closed" });
  assert.equal(connections(), 2);
  await close();
});

for (const before of ["H", "HTTP/1.1 100 Continue\r\n\r\n"]) {
  test(`a request is not sent again once ${JSON.stringify(before)} of an answer has come`, async () => {
    const { outcome, connections, close } = await onStaleConnection({}, { before });
    await assert.rejects(outcome, { status: 502, code: "backend_closed" });
    assert.equal(connections(), 1);
    await close();
  });
}

test("a fresh connection that closes without an answer is a 502 at once", async () => {
  await using server = await startRawServer(({ socket }) => void socket.end());
  const backend = new Http1Backend(backendConfig(tcpServer(server.port)), backendOptions());
  await assert.rejects(send(backend), { status: 502, code: "backend_closed" });
  assert.equal(server.connections.length, 1);
});

test("a second attempt finds room although every connection is taken and others wait", async () => {
  await using server = await startRawServer(({ socket, requests }) => {
    if (requests > 1 && server.connections.length === 1) socket.end();
    else socket.write(OK);
  });
  const backend = new Http1Backend(
    backendConfig(tcpServer(server.port), { connections: 1 }),
    backendOptions(),
  );
  await send(backend);
  const answers = await Promise.all([send(backend), send(backend), send(backend)]);
  assert.equal(answers.length, 3);
  assert.equal(server.connections.length, 2);
  backend.close();
});
