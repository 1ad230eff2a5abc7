import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodySink } from "../../../core/http/body.ts";
import { HeaderList } from "../../../core/http/header_list.ts";
import { HttpError } from "../../../core/http/http_error.ts";
import { TestBody } from "../../support/test_body.ts";
import { answer, eventually, startFront } from "../start_front.ts";

/** A body that comes at once when started. */
class ReadyBody extends TestBody {
  readonly #pieces: string[];

  constructor(pieces: string[], length?: number) {
    super(length);
    this.#pieces = pieces;
  }

  override start(sink: BodySink): void {
    for (const piece of this.#pieces) sink.data(Buffer.from(piece));
    sink.end();
  }
}

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

test("texts and bytes get their length, a date and the server's name", async (t) => {
  const bodies = {
    "/text": "123",
    "/utf8": "h\u00e9llo \u20ac",
    "/bytes": new Uint8Array([1, 255]),
    "/none": undefined,
  };
  const { connect, outcomes } = await startFront(t, (incoming) => {
    answer(incoming, bodies[incoming.head.path as keyof typeof bodies]);
  });
  const client = await connect();
  const expected = ["123", Buffer.from("h\u00e9llo \u20ac").toString("latin1"), "\u0001\u00ff", ""];
  for (const [index, path] of Object.keys(bodies).entries()) {
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const { head, body } = await client.response();
    assert.equal(body, expected[index]);
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(head, new RegExp(`^Content-Length: ${body.length}\r$`, "m"));
    assert.match(head, /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r$/m);
    assert.match(head, /^Server: lodestone\r$/m);
  }
  assert.deepEqual(
    outcomes.map((outcome) => outcome.bytes),
    [3, 10, 2, 0],
  );
});

test("Date and Server of the handler stay, and only one of each is sent", async (t) => {
  const { connect } = await startFront(t, (incoming) => {
    incoming.respond(
      { status: 299, headers: HeaderList.fromText("date: now\r\nSERVER: mine\r\nX: \u00e9\r\n") },
      "",
    );
  });
  const client = await connect();
  client.send(GET);
  const { head } = await client.response();
  assert.equal(head, "HTTP/1.1 299 \r\ndate: now\r\nSERVER: mine\r\nX: \u00e9\r\nContent-Length: 0\r\n\r\n");
});

test("framing fields of the handler never reach the wire", async (t) => {
  const { connect } = await startFront(t, (incoming) => {
    const fields = "Content-Length: 99\r\nTransfer-Encoding: chunked\r\nConnection: X\r\nX: 1\r\nY: 2\r\n";
    incoming.respond({ status: 200, headers: HeaderList.fromText(fields) }, "abc");
  });
  const client = await connect();
  client.send(GET);
  const { head, body } = await client.response();
  assert.equal(body, "abc");
  assert.doesNotMatch(head, /99|chunked|Connection|X:/);
  assert.match(head, /^Y: 2\r$/m);
});

for (const [what, fields, status] of [
  ["a line break in a value", "X: a\nSet-Cookie: b=c\r\n", 200],
  ["an empty line", "X: a\r\n\r\nHTTP/1.1 200 OK\r\n", 200],
  ["NUL", "X: \u0000\r\n", 200],
  ["text outside Latin-1", "X: \u010d\r\n", 200],
  ["a line break hidden outside Latin-1", "X: a\u010d\u010aY: b\r\n", 200],
  ["an interim status", "", 101],
  ["a status out of range", "", 1000],
  ["a status that is no integer", "", 200.5],
] as const) {
  test(`a response head with ${what} becomes 500 and is reported`, async (t) => {
    const body = new TestBody();
    const { connect, outcomes } = await startFront(t, (incoming) => {
      incoming.respond({ status, headers: HeaderList.fromText(fields) }, body);
    });
    const client = await connect();
    client.send(GET);
    assert.equal((await client.response()).status, 500);
    assert.ok(outcomes[0]?.error instanceof HttpError && outcomes[0].error.code === "invalid_response_head");
    assert.equal(body.cancels, 1);
    client.send(GET);
    assert.equal((await client.response()).status, 500);
  });
}

test("HEAD, 204 and 304 send no body and cancel theirs", async (t) => {
  const rows: [
    method: string,
    status: number,
    declared: number | undefined,
    body: string | number | undefined,
    field: string,
  ][] = [
    ["HEAD", 200, undefined, "12345", "Content-Length: 5"],
    ["HEAD", 200, undefined, 7, "Content-Length: 7"],
    ["HEAD", 200, 9, undefined, "Content-Length: 9"],
    ["HEAD", 200, undefined, undefined, ""],
    ["GET", 304, undefined, "12345", ""],
    ["GET", 304, 9, 7, "Content-Length: 9"],
    ["GET", 204, undefined, 7, ""],
    ["HEAD", 204, 9, "12345", ""],
  ];
  let row = rows[0]!;
  let source: TestBody | undefined;
  const { connect, outcomes } = await startFront(t, (incoming) => {
    const [, status, declaredLength, body] = row;
    source = typeof body === "number" ? new TestBody(body) : undefined;
    const head = {
      status,
      headers: HeaderList.empty(),
      ...(declaredLength === undefined ? {} : { declaredLength }),
    };
    incoming.respond(head, source ?? (body as string | undefined));
  });
  const client = await connect();
  for (row of rows) {
    client.send(`${row[0]} / HTTP/1.1\r\nHost: a\r\n\r\n`);
    const { head } = await client.response({ head: true });
    const lengths = /^(?:content-length|transfer-encoding): .*$/im.exec(head)?.[0].trim() ?? "";
    assert.equal(lengths, row[4], `${row}`);
    assert.equal(source?.cancels ?? 1, 1, `${row}`);
    assert.equal(outcomes.at(-1)?.bytes, 0);
  }
});

test("a body of unknown length is chunked in HTTP/1.1", async (t) => {
  const big = "x".repeat(20_000);
  const { connect, outcomes } = await startFront(t, (incoming) =>
    answer(incoming, new ReadyBody(["abc", "", big])),
  );
  const client = await connect();
  client.send(GET);
  const { head, body } = await client.response();
  assert.match(head, /^Transfer-Encoding: chunked\r$/m);
  assert.equal(body, `3\r\nabc\r\n4e20\r\n${big}\r\n0\r\n\r\n`);
  await eventually(() => outcomes.length === 1, "the outcome");
  assert.deepEqual(outcomes[0], { bytes: 20_003, error: undefined });
});

test("a body of unknown length lasts until the close in HTTP/1.0, even if keep-alive was asked for", async (t) => {
  const { connect } = await startFront(t, (incoming) => answer(incoming, new ReadyBody(["abc"])));
  const client = await connect();
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  assert.match(await client.rest(), /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*Connection: close\r\n\r\nabc$/);
});

test("a body of known length goes out as it is", async (t) => {
  const { connect } = await startFront(t, (incoming) => answer(incoming, new ReadyBody(["abc", "de"], 5)));
  const client = await connect();
  client.send(GET + GET);
  for (let i = 0; i < 2; i++) assert.equal((await client.response()).body, "abcde");
});

test("the head goes out before the first byte of a slow body", async (t) => {
  const body = new TestBody();
  const { connect } = await startFront(t, (incoming) => answer(incoming, body));
  const client = await connect();
  client.send(GET);
  await client.until(() => client.received.includes("\r\n\r\n"), "the head");
  body.sink!.data(Buffer.from("a"));
  await client.until(() => client.received.endsWith("1\r\na\r\n"), "the first chunk");
  body.sink!.end();
  await client.until(() => client.received.endsWith("0\r\n\r\n"), "the last chunk");
});

/** A response that breaks must never look complete: each row breaks one in another way. */
const BREAKS: [what: string, request: string, length: number | undefined, act: (sink: BodySink) => void][] = [
  ["fails, chunked", GET, undefined, (sink) => sink.fail(new Error("gone"))],
  ["fails, with length", GET, 10, (sink) => sink.fail(new Error("gone"))],
  ["fails, until the close", "GET / HTTP/1.0\r\n\r\n", undefined, (sink) => sink.fail(new Error("gone"))],
  ["ends early", GET, 10, (sink) => sink.end()],
  ["is longer than announced", GET, 4, (sink) => sink.data(Buffer.from("defg"))],
];
for (const [what, request, length, act] of BREAKS) {
  test(`a body that ${what} resets the connection and is reported`, async (t) => {
    const body = new TestBody(length);
    const { connect, outcomes } = await startFront(t, (incoming) => answer(incoming, body));
    const client = await connect();
    client.send(request);
    await client.until(() => client.received.includes("\r\n\r\n"), "the head");
    body.sink!.data(Buffer.from("abc"));
    await client.until(() => client.received.includes("abc"), "the begin of the body");
    act(body.sink!);
    await client.until(() => client.isClosed, "the close");
    assert.equal(client.error?.code, "ECONNRESET");
    assert.doesNotMatch(client.received, /0\r\n\r\n$|defg/);
    assert.equal(outcomes.length, 1);
    assert.ok(outcomes[0]!.error instanceof Error);
  });
}

test("a client that does not read stops the source, and reading sets it going", async (t) => {
  const body = new TestBody();
  const { connect, outcomes } = await startFront(t, (incoming) => answer(incoming, body));
  const client = await connect();
  client.send(GET);
  await client.until(() => client.received.includes("\r\n\r\n"), "the head");
  client.socket.pause();
  const piece = Buffer.alloc(65_536, "x");
  let given = 0;
  while (body.sink!.data(piece)) {
    given += piece.length;
    assert.ok(given < 50_000_000, "the source is never stopped");
    await new Promise(setImmediate);
  }
  given += piece.length;
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(body.resumed, 0);
  client.socket.resume();
  await eventually(() => body.resumed === 1, "the source resumed");
  body.sink!.end();
  await eventually(() => outcomes.length === 1, "the outcome");
  assert.deepEqual(outcomes[0], { bytes: given, error: undefined });
});

test("a large body at hand is sent whole, and the exchange is over only when the kernel has it", async (t) => {
  const { connect, outcomes } = await startFront(t, (incoming) =>
    answer(incoming, Buffer.alloc(30_000_000, "x")),
  );
  const client = await connect();
  client.socket.pause();
  client.send(GET);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(outcomes.length, 0);
  client.socket.resume();
  assert.equal((await client.response()).body.length, 30_000_000);
  await eventually(() => outcomes.length === 1, "the outcome");
  assert.deepEqual(outcomes[0], { bytes: 30_000_000, error: undefined });
});

test("a large text in UTF-8 arrives whole", async (t) => {
  const text = "\u20ac".repeat(100_000);
  const { connect } = await startFront(t, (incoming) => answer(incoming, text));
  const client = await connect();
  client.send(GET);
  assert.equal(Buffer.from((await client.response()).body, "latin1").toString(), text);
});

test("a client that leaves cancels the response body; a late answer is harmless", async (t) => {
  const body = new TestBody();
  const late = new TestBody();
  const waiting: (() => void)[] = [];
  const { connect, outcomes } = await startFront(t, (incoming) => {
    if (incoming.head.path === "/late") waiting.push(() => answer(incoming, late));
    else answer(incoming, body);
  });
  const first = await connect();
  first.send(GET);
  await first.until(() => first.received.includes("\r\n\r\n"), "the head");
  first.socket.resetAndDestroy();
  await eventually(() => outcomes.length === 1, "the outcome");
  assert.equal(body.cancels, 1);
  assert.equal(body.sink!.data(Buffer.from("a")), false);
  body.sink!.end();
  const second = await connect();
  second.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
  await eventually(() => waiting.length === 1, "the request");
  second.socket.resetAndDestroy();
  await eventually(() => outcomes.length === 2, "the outcome");
  waiting[0]!();
  assert.equal(late.cancels, 1);
  assert.deepEqual(
    outcomes.map(({ error }) => error instanceof HttpError && error.code),
    ["client_closed", "client_closed"],
  );
});

test("a handler that throws is answered for with 500", async (t) => {
  const { connect, outcomes } = await startFront(t, () => {
    throw new Error("bug");
  });
  const client = await connect();
  client.send(GET);
  assert.equal((await client.response()).status, 500);
  assert.match(String(outcomes[0]!.error!.cause), /bug/);
});

test("a client that pipelines and does not read stops its own requests", async (t) => {
  const text = "x".repeat(60_000);
  const { connect, outcomes } = await startFront(t, (incoming) => answer(incoming, text));
  const client = await connect();
  client.socket.pause();
  client.send(GET.repeat(400));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(outcomes.length > 0 && outcomes.length < 400, `${outcomes.length} answered`);
  client.socket.resume();
  for (let i = 0; i < 400; i++) assert.equal((await client.response()).body.length, text.length);
  await eventually(() => outcomes.length === 400, "the outcomes");
});

test("a client that leaves while a whole response waits for it ends the exchange, once", async (t) => {
  const text = "x".repeat(60_000);
  let requests = 0;
  const { connect, outcomes } = await startFront(t, (incoming) => {
    requests++;
    answer(incoming, text);
  });
  const client = await connect();
  client.socket.pause();
  client.send(GET.repeat(400));
  let seen = 0;
  await eventually(() => {
    const isWaiting = requests > outcomes.length && requests === seen;
    seen = requests;
    return isWaiting;
  }, "a response that waits");
  client.socket.resetAndDestroy();
  await eventually(() => outcomes.length === requests, "the last outcome");
  assert.deepEqual(
    outcomes.flatMap(({ error }) => (error instanceof HttpError ? [error.code] : [])),
    ["client_closed"],
  );
});
