import assert from "node:assert/strict";
import { Writable } from "node:stream";
import test from "node:test";
import { Http1Backend } from "../../../core/backend/http1_backend.ts";
import { Http1RequestWriter } from "../../../core/backend/protocol/http1_request_writer.ts";
import { TestBody } from "../../support/test_body.ts";
import { until } from "../../support/until.ts";
import { backendConfig, backendOptions, tcpServer } from "../support/backend_config.ts";
import { type RawServer, startRawServer } from "../support/raw_server.ts";
import { bodyOf, RepeatedBody } from "../support/request_body.ts";
import { type RequestInit, readBody, send, sendForHead } from "../support/send.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const HOST = [["Host", "test"]] as const;

function backendOf(server: RawServer): Http1Backend {
  return new Http1Backend(backendConfig(tcpServer(server.port)), backendOptions());
}

const WIRE: Record<string, { request: RequestInit; bytes: string }> = {
  "GET without a body": {
    request: {
      target: "/a?b",
      headers: [
        ["Host", "x"],
        ["Accept", "*/*"],
      ],
    },
    bytes: "GET /a?b HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
  },
  "GET with a body": {
    request: { headers: HOST, body: bodyOf("abc") },
    bytes: "GET / HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc",
  },
  "DELETE without a body": {
    request: { method: "DELETE", headers: HOST },
    bytes: "DELETE / HTTP/1.1\r\nHost: test\r\n\r\n",
  },
  "POST without a body": {
    request: { method: "POST", headers: HOST },
    bytes: "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n",
  },
  "PUT without a body": {
    request: { method: "PUT", headers: HOST },
    bytes: "PUT / HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n",
  },
  "body of known length": {
    request: { method: "POST", headers: HOST, body: bodyOf("h\xe9llo") },
    bytes: "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nh\xe9llo",
  },
  "empty body of known length": {
    request: { method: "POST", headers: HOST, body: new RepeatedBody(Buffer.from("x"), 0) },
    bytes: "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n",
  },
  "body of unknown length": {
    request: {
      method: "POST",
      headers: HOST,
      body: new RepeatedBody(Buffer.from("0123456789"), 2, { chunked: true }),
    },
    bytes:
      "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n",
  },
  "empty body of unknown length": {
    request: {
      method: "POST",
      headers: HOST,
      body: new RepeatedBody(Buffer.from("x"), 0, { chunked: true }),
    },
    bytes: "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  },
};

for (const [name, { request, bytes }] of Object.entries(WIRE)) {
  test(`on the wire: ${name}`, async () => {
    await using server = await startRawServer(() => {});
    const backend = backendOf(server);
    const answer = send(backend, request);
    const connection = await until("the request is complete", () =>
      server.connections.find(({ received }) => received.length >= bytes.length),
    );
    connection.socket.write(OK);
    assert.equal((await answer).status, 200);
    assert.equal(connection.received, bytes);
    assert.equal(backend.idleConnections, 1);
    backend.close();
  });
}

test("head and small body leave in one system call, each further chunk in one", () => {
  const calls: string[] = [];
  const socket = new Writable({
    write: (chunk: Buffer, _, done) => {
      calls.push(chunk.toString("latin1"));
      done();
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => chunk.toString("latin1")).join(""));
      done();
    },
  });
  const events = { requestProgress() {}, requestSent() {}, requestFailed: assert.fail };
  const body = new TestBody();
  const start = body.start.bind(body);
  body.start = (sink) => {
    start(sink);
    sink.data(Buffer.from("at hand"));
  };
  new Http1RequestWriter(socket, events).write("POST / HTTP/1.1\r\n\r\n", body);
  body.sink!.data(Buffer.from("later"));
  body.sink!.end();
  assert.deepEqual(calls, ["POST / HTTP/1.1\r\n\r\n7\r\nat hand", "\r\n5\r\nlater", "\r\n0\r\n\r\n"]);
});

test("an empty chunk from the source does not end a chunked body", async () => {
  await using server = await startRawServer(() => {});
  const backend = backendOf(server);
  const body = new TestBody();
  const answer = send(backend, { method: "POST", headers: HOST, body });
  const sink = await until("the body is wanted", () => body.sink);
  sink.data(Buffer.from("a"));
  sink.data(Buffer.alloc(0));
  sink.data(Buffer.from("b"));
  sink.end();
  const connection = server.connections[0]!;
  await until("the request is complete", () => connection.received.endsWith("0\r\n\r\n"));
  assert.ok(connection.received.endsWith("\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n"));
  connection.socket.write(OK);
  await answer;
  backend.close();
});

test("an answer before the end of the request body is delivered, the body stopped, the connection closed", async () => {
  await using server = await startRawServer(({ socket }) => {
    socket.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nstop");
  });
  const backend = backendOf(server);
  const body = new TestBody(1_000_000);
  const answer = await send(backend, { method: "POST", headers: HOST, body });
  assert.equal(answer.status, 413);
  assert.equal(answer.body, "stop");
  assert.equal(body.cancelled, true);
  await until("the connection is closed", () => server.connections[0]!.closed && backend.connections === 0);
});

test("an early answer whose body takes longer is delivered whole", async () => {
  await using server = await startRawServer(({ socket }) => {
    socket.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\n\r\nstop");
  });
  const backend = backendOf(server);
  const body = new RepeatedBody(Buffer.alloc(65_536), 10_000);
  const response = await sendForHead(backend, { method: "POST", headers: HOST, body });
  const sent = body.sent;
  assert.ok(sent < 10_000);
  assert.equal(body.cancelled, true);
  const rest = readBody(response.body!);
  server.connections[0]!.socket.write(" now");
  assert.deepEqual(await rest, { body: "stop now", bodyError: undefined });
  assert.equal(body.sent, sent);
  await until("the connection is closed", () => server.connections[0]!.closed && backend.connections === 0);
});
