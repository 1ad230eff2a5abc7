import assert from "node:assert/strict";
import test from "node:test";
import { Http1Backend } from "../../core/backend/http1_backend.ts";
import type { BackendConfig } from "../../core/config/config.ts";
import { until } from "../support/until.ts";
import { backendConfig, backendOptions, tcpServer } from "./support/backend_config.ts";
import { type RawServer, type RawServerConnection, startRawServer } from "./support/raw_server.ts";
import { readBody, send, sendForHead } from "./support/send.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

function backendOf(server: RawServer, changes: Partial<BackendConfig> = {}): Http1Backend {
  return new Http1Backend(backendConfig(tcpServer(server.port), changes), backendOptions());
}

test("requests one after the other share one connection", async () => {
  await using server = await startRawServer(({ socket }) => void socket.write(OK));
  const backend = backendOf(server);
  for (let i = 0; i < 50; i++) assert.equal((await send(backend)).body, "ok");
  assert.equal(server.connections.length, 1);
  assert.equal(server.connections[0]!.requests, 50);
  backend.close();
});

test("a request sent while the body's end is delivered finds the connection free", async () => {
  await using server = await startRawServer(({ socket }) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
  });
  const backend = backendOf(server);
  const first = send(backend);
  const second = first.then(() => send(backend));
  await Promise.all([first, second]);
  assert.equal(server.connections.length, 1);
  backend.close();
});

test("the connection used last is used first, so the others grow old", async () => {
  const held: RawServerConnection[] = [];
  await using server = await startRawServer((connection) => {
    if (connection.requests === 1 && server.connections.length <= 3) held.push(connection);
    else connection.socket.write(OK);
  });
  const backend = backendOf(server);
  const three = [send(backend), send(backend), send(backend)];
  await until("three arrive", () => held.length === 3);
  for (const [index, { socket }] of held.entries()) {
    socket.write(OK);
    await until("the connection is idle", () => backend.idleConnections === index + 1);
  }
  await Promise.all(three);
  for (let i = 0; i < 5; i++) await send(backend);
  assert.deepEqual(
    held.map((connection) => connection.requests),
    [1, 1, 6],
  );
  backend.close();
});

test("no more than idleConnections are kept", async () => {
  const held: RawServerConnection[] = [];
  await using server = await startRawServer((connection) => void held.push(connection));
  const backend = backendOf(server, { idleConnections: 1 });
  const answers = [send(backend), send(backend), send(backend)];
  await until("three arrive", () => held.length === 3);
  for (const { socket } of held) socket.write(OK);
  await Promise.all(answers);
  await until(
    "two are closed",
    () => server.connections.filter((connection) => connection.closed).length === 2,
  );
  assert.equal(backend.connections, 1);
  assert.equal(backend.idleConnections, 1);
  backend.close();
});

test("an idle connection is closed after keepAlive, and use puts that off", async () => {
  await using server = await startRawServer(({ socket }) => void socket.write(OK));
  const backend = backendOf(server, { keepAlive: 100, responseTimeout: 60_000 });
  const start = performance.now();
  while (performance.now() - start < 300) await send(backend);
  assert.equal(server.connections.length, 1, "a busy connection stays");
  await until("the idle one is closed", () => server.connections[0]!.closed && backend.connections === 0);
  assert.equal((await send(backend)).body, "ok");
  assert.equal(server.connections.length, 2);
  backend.close();
});

test("an idle connection on which the server speaks is not used again", async () => {
  await using server = await startRawServer(({ socket }) => void socket.write(OK));
  const backend = backendOf(server);
  await send(backend);
  server.connections[0]!.socket.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 4\r\n\r\nlate");
  await until("it is closed", () => server.connections[0]!.closed && backend.connections === 0);
  assert.equal((await send(backend)).body, "ok");
  backend.close();
});

test("an idle connection the server ends leaves the pool", async () => {
  await using server = await startRawServer(({ socket }) => void socket.write(OK));
  const backend = backendOf(server);
  await send(backend);
  server.connections[0]!.socket.end();
  await until("it has left", () => backend.idleConnections === 0 && backend.connections === 0);
  assert.equal((await send(backend)).body, "ok");
  backend.close();
});

test("a connection that cannot be used again makes room for one who waits", async () => {
  await using server = await startRawServer(({ socket }) => {
    socket.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  });
  const backend = backendOf(server, { connections: 1 });
  const answers = await Promise.all([send(backend), send(backend), send(backend)]);
  assert.deepEqual(
    answers.map((answer) => answer.body),
    ["ok", "ok", "ok"],
  );
  assert.equal(server.connections.length, 3);
});

test("a failed exchange makes room for one who waits", async () => {
  await using server = await startRawServer(({ socket }) => {
    if (server.connections.length === 1) socket.destroy();
    else socket.write(OK);
  });
  const backend = backendOf(server, { connections: 1 });
  const first = send(backend);
  const second = send(backend);
  await assert.rejects(first, { status: 502, code: "backend_closed" });
  assert.equal((await second).body, "ok");
  backend.close();
});

test("a body nobody has started yet does not keep the connection, when all of it has come", async () => {
  await using server = await startRawServer(({ socket }) => void socket.write(OK));
  const backend = backendOf(server, { connections: 1 });
  const responses = [await sendForHead(backend), await sendForHead(backend), await sendForHead(backend)];
  assert.equal(server.connections.length, 1);
  for (const response of responses) assert.equal((await readBody(response.body!)).body, "ok");
  backend.close();
});
