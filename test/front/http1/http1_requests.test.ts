import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, readBody, startFront } from "../start_front.ts";

/** Reads the body and answers with what it understood. */
const ECHO: Parameters<typeof startFront>[1] = (incoming) => {
  const { method, path, query } = incoming.head;
  readBody(incoming.body).then(
    (body) => answer(incoming, `${method} ${path} ${query ?? "-"} ${body.toString("latin1")}`),
    (error) => answer(incoming, "", error.status),
  );
};

/** Each row: bytes sent, statuses of the responses, whether the connection is then closed, why. */
const ROWS: [bytes: string, statuses: number[], closes: boolean, why: string][] = [
  ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", [200], false, "kept alive in HTTP/1.1 (RFC 9112 9.3)"],
  ["GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [200], true, "close asked for (9.6)"],
  ["GET / HTTP/1.0\r\n\r\n", [200], true, "HTTP/1.0 closes (9.3)"],
  ["GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", [200], false, "HTTP/1.0 asked to keep alive"],
  ["\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", [200], false, "an empty line first (2.2)"],
  [
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
    [200, 200],
    false,
    "an empty line behind a body (2.2)",
  ],
  [
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
    [200, 200],
    false,
    "a request behind chunks (7.1)",
  ],
  ["POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", [200], true, "HTTP/1.0 with a body"],
  ["OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", [200], false, "asterisk-form (3.2.4)"],
  ["GET / HTTP/1.1\r\n\r\n", [400], true, "no Host (3.2)"],
  ["GET / HTTP/1.1\nHost: a\n\n", [400], true, "bare LF (2.2)"],
  ["GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", [400], true, "space before the colon (5.1)"],
  ["GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", [400], true, "obs-fold (5.2)"],
  ["\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000", [400], true, "TLS on a plain port"],
  ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [505], true, "HTTP/2 preface"],
  ["CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", [501], true, "CONNECT"],
  [`GET /${"a".repeat(3_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, [414], true, "request line too long"],
  [`GET /${"a".repeat(9_000)}`, [414], true, "request line without end"],
  [`GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(9_000)}`, [431], true, "head without end (RFC 6585 5)"],
  [`GET / HTTP/1.1\r\nHost: a\r\n${"X: a\r\n".repeat(60)}\r\n`, [431], true, "too many fields"],
  [
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
    [400],
    true,
    "both framings: what follows is no request (6.1)",
  ],
  [
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
    [501],
    true,
    "unknown coding: what follows is no request",
  ],
  [
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
    [400],
    true,
    "bad chunk size: what follows is no request (7.1)",
  ],
  [
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
    [400],
    true,
    "chunk longer than its size",
  ],
  [
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000001\r\n\r\nabc",
    [413],
    true,
    "body announced above the limit (RFC 9110 15.5.14)",
  ],
  [
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n98968100\r\nabc",
    [413],
    true,
    "chunk announced above the limit",
  ],
  [
    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
    [200, 400],
    true,
    "nothing is read behind a refused request",
  ],
  [
    "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
    [200],
    true,
    "nothing is read behind the last request (9.6)",
  ],
];

/** An address where no HTTP/2 is spoken. */
const HTTP1 = { tls: false, http2: false, redirect: undefined, proxyProtocol: [] };

for (const [bytes, statuses, closes, why] of ROWS) {
  for (const isSplit of [false, true]) {
    if (isSplit && bytes.length > 1_000) continue;
    test(`${why}: ${statuses}${isSplit ? ", byte by byte" : ""}`, async (t) => {
      const { connect } = await startFront(t, ECHO, {}, { spoken: HTTP1 });
      const client = await connect();
      if (isSplit) {
        for (const byte of bytes) {
          client.send(byte);
          await new Promise(setImmediate);
        }
      } else {
        client.send(bytes);
      }
      for (const status of statuses) assert.equal((await client.response()).status, status);
      if (closes) {
        assert.equal(await client.rest(), "");
      } else {
        client.send("GET /again HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assert.equal((await client.response()).body, "GET /again - ");
        assert.equal(await client.rest(), "");
      }
    });
  }
}

test("a refused head is reported and its page tells the status only", async (t) => {
  const { connect, refused } = await startFront(t, ECHO);
  const client = await connect();
  client.send("GET /secret-path HTTP/1.1\r\n\r\n");
  const { status, head, body } = await client.response();
  assert.equal(status, 400);
  assert.match(head, /^Connection: close\r$/m);
  assert.match(body, /<h1>400 Bad Request<\/h1>/);
  assert.doesNotMatch(body, /secret-path|Host/);
  assert.equal(refused.length, 1);
  const { error, method, path, milliseconds } = refused[0]!;
  assert.match(error.message, /without Host/);
  assert.deepEqual([method, path], ["GET", "/secret-path"]);
  assert.ok(milliseconds >= 0 && milliseconds < 1000, `after ${milliseconds} ms`);
});

for (const [bytes, remedy] of [
  [
    "PROXY TCP4 203.0.113.9 198.51.100.1 5555 443\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    /a PROXY header, from an address/,
  ],
  ["\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", /a PROXY header, from an address/],
  ["\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", /TLS, at a listener without `tls: true`/],
] as const) {
  test(`what speaks another protocol is reported with the remedy: ${JSON.stringify(bytes.slice(0, 8))}`, async (t) => {
    const { connect, refused } = await startFront(t, ECHO);
    const client = await connect();
    client.send(bytes);
    const { status } = await client.response();
    assert.ok(status === 400 || status === 505, String(status));
    assert.match(refused[0]!.error.message, remedy);
  });
}

test("the handler sees a request as it was sent", async (t) => {
  const { connect, listener } = await startFront(t, (incoming) => {
    const { head, client } = incoming;
    answer(
      incoming,
      JSON.stringify([head.host, head.authority, head.headers.get("x"), client, incoming.localPort]),
    );
  });
  const client = await connect();
  client.send("GET / HTTP/1.1\r\nHost: A.example:81\r\nX: 1\r\nx: 2\r\n\r\n");
  const { port } = listener.address as { port: number };
  const local = { address: "127.0.0.1", port };
  const peer = { address: "127.0.0.1", port: client.socket.localPort, local, tls: false };
  assert.deepEqual(JSON.parse((await client.response()).body), [
    "a.example",
    "A.example:81",
    "1, 2",
    peer,
    port,
  ]);
});

test("pipelined requests are answered in their order, however long each takes", async (t) => {
  const { connect } = await startFront(t, (incoming) => {
    const delay = 20 - 5 * Number(incoming.head.path.slice(1));
    if (delay > 0 && delay % 10 === 0) setTimeout(() => answer(incoming, incoming.head.path), delay);
    else answer(incoming, incoming.head.path);
  });
  const client = await connect();
  client.send([0, 1, 2, 3, 4].map((n) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
  for (const n of [0, 1, 2, 3, 4]) assert.equal((await client.response()).body, `/${n}`);
});

test("a thousand pipelined requests in one write are answered without growing the stack", async (t) => {
  const { connect, outcomes } = await startFront(t, (incoming) => answer(incoming, incoming.head.path));
  const client = await connect();
  client.send(Array.from({ length: 1000 }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
  for (let n = 0; n < 1000; n++) assert.equal((await client.response()).body, `/${n}`);
  assert.equal(outcomes.length, 1000);
});

test("the connection ends after its last permitted request", async (t) => {
  const { connect } = await startFront(t, ECHO, { requestsPerConnection: 2 });
  const client = await connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
  assert.doesNotMatch((await client.response()).head, /Connection/);
  assert.match((await client.response()).head, /Connection: close/);
  assert.equal(await client.rest(), "");
});

test("a client that has ended its side still gets its answers", async (t) => {
  const { connect, outcomes } = await startFront(t, (incoming) => {
    setTimeout(() => answer(incoming, incoming.head.path), 20);
  });
  const client = await connect();
  client.socket.end("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await client.response()).body, "/1");
  assert.equal((await client.response()).body, "/2");
  assert.equal(await client.rest(), "");
  assert.deepEqual(
    outcomes.map((outcome) => outcome.error),
    [undefined, undefined],
  );
});

test("connections above the limit are closed at once", async (t) => {
  const { connect, listener } = await startFront(t, ECHO, { connections: 1 });
  const first = await connect();
  first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await first.response();
  const second = await connect();
  await second.until(() => second.isClosed || second.hasEnded, "the close");
  assert.equal(listener.connections, 1);
  first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await first.response()).status, 200);
});
