import assert from "node:assert/strict";
import test from "node:test";
import type { BackendResponse } from "../../../core/backend/backend.ts";
import { Http1Backend } from "../../../core/backend/http1_backend.ts";
import type { HttpError } from "../../../core/http/http_error.ts";
import { TestBody } from "../../support/test_body.ts";
import { until } from "../../support/until.ts";
import { backendConfig, backendOptions, tcpServer } from "../support/backend_config.ts";
import { type RawServer, type RawServerConnection, startRawServer } from "../support/raw_server.ts";
import { backendRequest, readBody, send } from "../support/send.ts";

const SWITCH = "HTTP/1.1 101 Switching Protocols\r\n";
const CHAT = `${SWITCH}Connection: Upgrade\r\nUpgrade: chat\r\n\r\n`;

function backendOf(server: RawServer, idleTimeout = 5_000): Http1Backend {
  const config = backendConfig(tcpServer(server.port), { idleTimeout, connections: 1 });
  return new Http1Backend(config, backendOptions());
}

/** Offers to switch protocols and gives what comes of it. */
function offer(backend: Http1Backend, upgrade = "chat, websocket"): Promise<BackendResponse> {
  return new Promise((response, failed) => {
    backend.send({ ...backendRequest(), upgrade }, { response, failed });
  });
}

const malformed: Record<string, string> = {
  "a protocol that was not offered": `${SWITCH}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
  "one that was offered and one that was not": `${SWITCH}Connection: Upgrade\r\nUpgrade: chat, h2c\r\n\r\n`,
  "no Upgrade": `${SWITCH}Connection: Upgrade\r\n\r\n`,
  "two lines of Upgrade": `${SWITCH}Connection: Upgrade\r\nUpgrade: chat\r\nUpgrade: websocket\r\n\r\n`,
  "an empty Upgrade": `${SWITCH}Connection: Upgrade\r\nUpgrade: \r\n\r\n`,
  "no Connection": `${SWITCH}Upgrade: chat\r\n\r\n`,
  "HTTP/1.0": `HTTP/1.0 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n`,
  "Content-Length": `${SWITCH}Connection: Upgrade\r\nUpgrade: chat\r\nContent-Length: 5\r\n\r\nhello`,
  "Transfer-Encoding": `${SWITCH}Connection: Upgrade\r\nUpgrade: chat\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
};

for (const [name, bytes] of Object.entries(malformed)) {
  test(`a 101 is refused and its connection closed: ${name}`, async () => {
    await using server = await startRawServer(({ socket }) => socket.write(bytes, "latin1"));
    await assert.rejects(offer(backendOf(server)), { status: 502, code: "backend_malformed_response" });
    await until("the connection is closed", () => server.connections[0]!.closed);
  });
}

test("a request without an offer gets no 101", async () => {
  await using server = await startRawServer(({ socket }) => socket.write(CHAT));
  await assert.rejects(send(backendOf(server)), { status: 502, code: "backend_malformed_response" });
});

test("a 101 behind interim responses joins both sides; each ends by itself and nothing is used again", async () => {
  await using server = await startRawServer(({ socket, requests }) => {
    socket.allowHalfOpen = true;
    if (requests === 1) socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${CHAT}HTTP/1.1 200 OK\r\n\r\n`);
  });
  const backend = backendOf(server, 200);
  const { status, headers, body, upstream } = await offer(backend);
  assert.equal(status, 101);
  assert.equal(headers.toText(), "Upgrade: chat\r\n");
  const [connection] = server.connections;
  assert.match(connection!.received, /\r\nConnection: Upgrade\r\nUpgrade: chat, websocket\r\n\r\n$/);
  const up = new TestBody();
  upstream!(up);
  const down = readBody(body!);
  connection!.received = "";
  up.sink!.data(Buffer.from("GET / HTTP/1.1\r\n"));
  await until("the server has it", () => connection!.received === "GET / HTTP/1.1\r\n");
  // Silence is no business of the backend's.
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(backend.idleConnections, 0);
  connection!.socket.end("bye");
  assert.deepEqual(await down, { body: "HTTP/1.1 200 OK\r\n\r\nbye", bodyError: undefined });
  up.sink!.data(Buffer.from("last"));
  await until("what is sent behind the server's end", () => connection!.received.endsWith("last"));
  assert.equal(connection!.closed, false);
  up.sink!.end();
  await until("the connection is closed", () => connection!.closed && backend.connections === 0);
});

test("a server that refuses answers like any other, and its connection is used again", async () => {
  await using server = await startRawServer(({ socket }) =>
    socket.write("HTTP/1.1 403 Forbidden\r\nUpgrade: chat\r\nContent-Length: 2\r\n\r\nno"),
  );
  const backend = backendOf(server);
  const { status, headers, body, upstream } = await offer(backend);
  assert.deepEqual([status, headers.has("upgrade"), upstream], [403, false, undefined]);
  assert.equal((await readBody(body!)).body, "no");
  assert.equal((await send(backend)).status, 403);
  assert.equal(server.connections.length, 1);
});

test("a server that breaks fails what comes down and cancels what goes up", async () => {
  let far: RawServerConnection | undefined;
  await using server = await startRawServer((connection) => {
    far = connection;
    connection.socket.write(CHAT);
  });
  const { body, upstream } = await offer(backendOf(server));
  const up = new TestBody();
  upstream!(up);
  const down = readBody(body!);
  far!.socket.resetAndDestroy();
  assert.equal(((await down).bodyError as HttpError).code, "backend_closed");
  assert.equal(up.cancelled, true);
});

test("a client that breaks ends the connection, whether the tunnel had begun or not", async () => {
  await using server = await startRawServer(({ socket }) => socket.write(CHAT));
  const backend = backendOf(server);
  const begun = await offer(backend);
  const up = new TestBody();
  begun.upstream!(up);
  up.sink!.fail(new Error("gone"));
  await until("the connection is closed", () => server.connections[0]!.closed);
  const refused = await offer(backend);
  refused.body!.cancel();
  await until("the second one is closed", () => server.connections[1]!.closed);
  const late = new TestBody();
  refused.upstream!(late);
  assert.equal(late.cancelled, true);
});

test("a 101 that nobody takes up is let go after idleTimeout", async () => {
  await using server = await startRawServer(({ socket }) => socket.write(CHAT));
  await offer(backendOf(server, 100));
  await until("the connection is closed", () => server.connections[0]!.closed);
});

test("interim responses are passed on as they come, 100 is not", async () => {
  await using server = await startRawServer(({ socket }) => {
    socket.write(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x-b\r\nX-B: c\r\n\r\n",
    );
    setTimeout(() => {
      socket.write("HTTP/1.1 199 Whatever\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }, 50);
  });
  const seen: string[] = [];
  const response = await new Promise<BackendResponse>((resolve, reject) => {
    backendOf(server).send(backendRequest(), {
      interim: (status, headers) => seen.push(`${status} ${headers.toText()}`),
      response: resolve,
      failed: reject,
    });
  });
  assert.deepEqual(seen, ["103 Link: </a>\r\n", "199 "]);
  assert.equal((await readBody(response.body!)).body, "ok");
});
