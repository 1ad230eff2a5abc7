import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Http1Backend } from "../../../core/backend/http1_backend.ts";
import { HttpError } from "../../../core/http/http_error.ts";
import { until } from "../../support/until.ts";
import { backendConfig, backendOptions, tcpServer } from "../support/backend_config.ts";
import { type RawServerConnection, startRawServer } from "../support/raw_server.ts";
import { type Answer, send } from "../support/send.ts";

interface Case {
  /** What the server sends, in pieces that arrive one by one. */
  readonly bytes: string | readonly string[];
  readonly method?: string;
  /** Whether the server then ends the connection. */
  readonly close?: boolean;
  /** A whole response, and whether the connection serves the next request as well. */
  readonly answer?: { readonly status: number; readonly body: string | undefined; readonly reused: boolean };
  /** No response: its code. */
  readonly refused?: string;
  /** A response whose body fails after these bytes, with this code. */
  readonly broken?: { readonly body: string; readonly code: string };
}

const MALFORMED = "backend_malformed_response";
const OK = "HTTP/1.1 200 OK\r\n";

const CASES: Record<string, Case> = {
  "length and body": {
    bytes: `${OK}Content-Length: 5\r\n\r\nhello`,
    answer: { status: 200, body: "hello", reused: true },
  },
  "every byte by itself": {
    bytes: [...`${OK}Content-Length: 5\r\n\r\nhello`],
    answer: { status: 200, body: "hello", reused: true },
  },
  "every byte of a chunked body by itself": {
    bytes: [...`${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n`],
    answer: { status: 200, body: "abcde", reused: true },
  },
  "length zero": {
    bytes: `${OK}Content-Length: 0\r\n\r\n`,
    answer: { status: 200, body: undefined, reused: true },
  },
  "no reason phrase": {
    bytes: "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
    answer: { status: 200, body: undefined, reused: true },
  },
  "until close": {
    bytes: [`${OK}\r\nhel`, "lo"],
    close: true,
    answer: { status: 200, body: "hello", reused: false },
  },
  "until close, nothing": {
    bytes: `${OK}\r\n`,
    close: true,
    answer: { status: 200, body: "", reused: false },
  },
  "HTTP/1.0 with length": {
    bytes: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    answer: { status: 200, body: "hi", reused: false },
  },
  "Connection: close": {
    bytes: `${OK}Connection: close\r\nContent-Length: 2\r\n\r\nhi`,
    answer: { status: 200, body: "hi", reused: false },
  },
  "100, then 200": {
    bytes: `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 2\r\n\r\nhi`,
    answer: { status: 200, body: "hi", reused: true },
  },
  "103 with fields in pieces, then 200": {
    bytes: [
      "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n",
      "\r\nHTTP/1.1 2",
      "00 OK\r\nContent-Length: 0\r\n\r\n",
    ],
    answer: { status: 200, body: undefined, reused: true },
  },
  "HEAD with a length and no body": {
    method: "HEAD",
    bytes: `${OK}Content-Length: 5\r\n\r\n`,
    answer: { status: 200, body: undefined, reused: true },
  },
  "HEAD with a body all the same": {
    method: "HEAD",
    bytes: `${OK}Content-Length: 5\r\n\r\nhello`,
    answer: { status: 200, body: undefined, reused: false },
  },
  "304 with a body all the same": {
    bytes: "HTTP/1.1 304 Not Modified\r\n\r\nhello",
    answer: { status: 304, body: undefined, reused: false },
  },
  "204 that announces a body": {
    bytes: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
    answer: { status: 204, body: undefined, reused: false },
  },
  "junk behind the body": {
    bytes: `${OK}Content-Length: 2\r\n\r\nhi, there`,
    answer: { status: 200, body: "hi", reused: false },
  },
  "junk behind a chunked body": {
    bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nHTTP/1.1 200 OK`,
    answer: { status: 200, body: "hi", reused: false },
  },
  "a second response nobody asked for, a little later": {
    bytes: [`${OK}Content-Length: 2\r\n\r\nhi`, `${OK}Content-Length: 4\r\n\r\nevil`],
    answer: { status: 200, body: "hi", reused: false },
  },
  "no HTTP at all": { bytes: "SSH-2.0-OpenSSH_9.9\r\n", refused: MALFORMED },
  "no HTTP and no line end": { bytes: "\x00\x01\x02\x03", refused: MALFORMED },
  "HTTP/2 preface": { bytes: "\x00\x00\x06\x04\x00\x00\x00\x00\x00", refused: MALFORMED },
  "HTTP/0.9": { bytes: "<html>\r\n\r\n", close: true, refused: MALFORMED },
  "other version": { bytes: "HTTP/2.0 200 OK\r\n\r\n", refused: MALFORMED },
  "status of two digits": { bytes: "HTTP/1.1 20 OK\r\n\r\n", refused: MALFORMED },
  "status 999": { bytes: "HTTP/1.1 999 No\r\n\r\n", refused: MALFORMED },
  "negative status": { bytes: "HTTP/1.1 -20 OK\r\n\r\n", refused: MALFORMED },
  "bare LF": { bytes: "HTTP/1.1 200 OK\nContent-Length: 0\n\n", refused: MALFORMED },
  "bare CR": { bytes: `${OK}X: a\rb\r\nContent-Length: 0\r\n\r\n`, refused: MALFORMED },
  "NUL in a field": { bytes: `${OK}X: a\0b\r\nContent-Length: 0\r\n\r\n`, refused: MALFORMED },
  "space before the colon": { bytes: `${OK}Content-Length : 0\r\n\r\n`, refused: MALFORMED },
  "folded field": { bytes: `${OK}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`, refused: MALFORMED },
  "field without a colon": { bytes: `${OK}Nothing\r\n\r\n`, refused: MALFORMED },
  "two lengths": { bytes: `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`, refused: MALFORMED },
  "list of lengths": { bytes: `${OK}Content-Length: 5, 5\r\n\r\nhello`, refused: MALFORMED },
  "negative length": { bytes: `${OK}Content-Length: -1\r\n\r\n`, refused: MALFORMED },
  "hexadecimal length": { bytes: `${OK}Content-Length: 0x5\r\n\r\nhello`, refused: MALFORMED },
  "length and chunked": {
    bytes: `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    refused: MALFORMED,
  },
  "unknown coding": { bytes: `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, refused: MALFORMED },
  "chunked in HTTP/1.0": {
    bytes: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    refused: MALFORMED,
  },
  "a head without end": { bytes: `${OK}X: ${"a".repeat(20_000)}`, refused: MALFORMED },
  "too many fields": { bytes: `${OK}${"X: y\r\n".repeat(101)}\r\n`, refused: MALFORMED },
  "101 without being asked": {
    bytes: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    refused: MALFORMED,
  },
  "1xx without end": { bytes: "HTTP/1.1 102 Processing\r\n\r\n".repeat(17), refused: MALFORMED },
  nothing: { bytes: "", close: true, refused: "backend_closed" },
  "half a head": { bytes: `${OK}Content-Le`, close: true, refused: "backend_closed" },
  "only 100": { bytes: "HTTP/1.1 100 Continue\r\n\r\n", close: true, refused: "backend_closed" },
  "body too short": {
    bytes: `${OK}Content-Length: 10\r\n\r\nhello`,
    close: true,
    broken: { body: "hello", code: "body_incomplete" },
  },
  "chunked body without its end": {
    bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
    close: true,
    broken: { body: "hello", code: "body_incomplete" },
  },
  "chunk size that is none": {
    bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nxyz\r\n`,
    broken: { body: "hi", code: "malformed_body" },
  },
  "chunk longer than its size": {
    bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi there\r\n0\r\n\r\n`,
    broken: { body: "hi", code: "malformed_body" },
  },
  "chunk size beyond all bounds": {
    bytes: `${OK}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhi`,
    broken: { body: "", code: "malformed_body" },
  },
  "chunk with bare LF": {
    bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n2\nhi\n0\n\n`,
    broken: { body: "", code: "malformed_body" },
  },
};

for (const [name, expected] of Object.entries(CASES)) {
  test(`response: ${name}`, async () => {
    await using server = await startRawServer((connection) => void play(connection, expected));
    const backend = new Http1Backend(backendConfig(tcpServer(server.port)), backendOptions());
    const first = send(backend, { method: expected.method ?? "GET" });
    if (expected.refused !== undefined) {
      await assert.rejects(first, { status: 502, code: expected.refused });
    } else if (expected.broken !== undefined) {
      const answer = await first;
      assert.equal(answer.body, expected.broken.body);
      assert.ok(answer.bodyError instanceof HttpError);
      assert.equal(answer.bodyError.code, expected.broken.code);
    } else {
      await checkAnswer(await first, expected, backend, server.connections);
    }
    if (expected.answer?.reused !== true) {
      await until(
        "the connection is closed",
        () => server.connections[0]!.closed && backend.connections === 0,
      );
    }
    backend.close();
  });
}

async function checkAnswer(
  answer: Answer,
  expected: Case,
  backend: Http1Backend,
  connections: readonly RawServerConnection[],
): Promise<void> {
  assert.equal(answer.status, expected.answer!.status);
  assert.equal(answer.body, expected.answer!.body);
  assert.equal(answer.bodyError, undefined);
  if (!expected.answer!.reused) return;
  const second = await send(backend, { method: expected.method ?? "GET" });
  assert.equal(second.body, expected.answer!.body);
  assert.equal(connections.length, 1);
  assert.equal(connections[0]!.requests, 2);
}

/** Sends the pieces so that each arrives by itself. */
async function play(connection: RawServerConnection, { bytes, close }: Case): Promise<void> {
  const pieces = typeof bytes === "string" ? [bytes] : bytes;
  for (const piece of pieces) {
    if (connection.socket.destroyed) return;
    if (piece !== "") connection.socket.write(piece, "latin1");
    if (pieces.length > 1) await sleep(1);
  }
  if (close) connection.socket.end();
}

test("a head that arrives too slowly is a 504, however steadily its bytes come", async () => {
  await using server = await startRawServer(({ socket }) => {
    socket.write(OK);
    const timer = setInterval(() => socket.write("X-Slow: y\r\n"), 5);
    socket.on("close", () => clearInterval(timer));
  });
  const options = { ...backendOptions(), head: { requestLine: 4096, head: 1 << 20, fields: 1 << 20 } };
  const backend = new Http1Backend(backendConfig(tcpServer(server.port), { responseTimeout: 100 }), options);
  await assert.rejects(send(backend), { status: 504, code: "backend_response_timeout" });
  await until("the connection is closed", () => server.connections[0]!.closed);
});

test("interim responses do not put off the deadline of the final one", async () => {
  await using server = await startRawServer(({ socket }) => {
    const timer = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 20);
    socket.on("close", () => clearInterval(timer));
  });
  const backend = new Http1Backend(
    backendConfig(tcpServer(server.port), { responseTimeout: 100 }),
    backendOptions(),
  );
  await assert.rejects(send(backend), { status: 504, code: "backend_response_timeout" });
});

test("a body that comes slowly but steadily is not cut off by idleTimeout", async () => {
  await using server = await startRawServer(({ socket }) => {
    socket.write(`${OK}Content-Length: 20\r\n\r\n`);
    let left = 20;
    const timer = setInterval(() => {
      socket.write("x");
      if (--left === 0) clearInterval(timer);
    }, 40);
  });
  const backend = new Http1Backend(
    backendConfig(tcpServer(server.port), { idleTimeout: 400 }),
    backendOptions(),
  );
  const answer = await send(backend);
  assert.equal(answer.bodyError, undefined);
  assert.equal(answer.body, "x".repeat(20));
  backend.close();
});
