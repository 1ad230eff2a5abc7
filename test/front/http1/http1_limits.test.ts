import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { type TestContext, test } from "node:test";
import type { Listener } from "../../../core/front/listener.ts";
import type { HttpError } from "../../../core/http/http_error.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { PassingTime } from "../../support/passing_time.ts";
import { until, untilStill } from "../../support/until.ts";
import { answer, eventually, readBody, startFront } from "../start_front.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const BIG = Buffer.alloc(200_000_000);
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

/** Answers with the code of what goes wrong with the body. */
function codes(incoming: Incoming): void {
  readBody(incoming.body).then(
    (body) => answer(incoming, String(body.length)),
    (error: HttpError) => answer(incoming, error.code, error.status),
  );
}

test("http.minimumRate: an upload that only trickles gets 408", async (t) => {
  const { connect } = await startFront(t, codes, { idleTimeout: 200, minimumRate: 1_000 });
  const client = await connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  const drops = setInterval(() => client.send("x"), 20);
  t.after(() => clearInterval(drops));
  const { status, body, head } = await client.response();
  assert.deepEqual([status, body], [408, "body_too_slow"]);
  assert.match(head, /Connection: close/);
});

test("http.minimumRate: framing is no body", async (t) => {
  const { connect } = await startFront(t, codes, { idleTimeout: 200, minimumRate: 200 });
  const client = await connect();
  client.send(CHUNKED);
  // 50 bytes of data a second, and 450 of chunk framing.
  const drops = setInterval(() => client.send("1;ab=c\r\nx\r\n"), 20);
  t.after(() => clearInterval(drops));
  assert.deepEqual((await client.response()).body, "body_too_slow");
});

test("http.minimumRate: an upload that is quick enough goes on, and so does one that others keep waiting", async (t) => {
  const { connect } = await startFront(
    t,
    (incoming) => {
      if (incoming.head.path === "/quick") return codes(incoming);
      let received = 0;
      incoming.body!.start({
        data: (chunk) => {
          received += chunk.length;
          setTimeout(() => incoming.body!.resume(), 300);
          return false;
        },
        end: () => answer(incoming, String(received)),
        fail: (error) => answer(incoming, (error as HttpError).code, 408),
      });
    },
    { idleTimeout: 200, minimumRate: 300 },
  );
  const quick = await connect();
  quick.send("POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n");
  const drops = setInterval(() => quick.send("x".repeat(20)), 20);
  assert.equal((await quick.response()).body, "500");
  clearInterval(drops);
  const waiting = await connect();
  waiting.send("POST /waiting HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
  for (let i = 0; i < 4; i++) {
    waiting.send("x");
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.equal((await waiting.response()).body, "4");
});

/** Takes some ten megabytes a second. The kernel tells of room when a third of what it holds is gone. */
function readSlowly(t: TestContext, { address }: Listener): void {
  const client = createConnection((address as { port: number }).port, "127.0.0.1", () => client.write(GET));
  client.on("error", () => {});
  const reads = setInterval(() => client.read(), 5);
  t.after(() => {
    clearInterval(reads);
    client.destroy();
  });
}

test("http.minimumRate: a client that takes too little is cut off", async (t) => {
  const limits = { idleTimeout: 1_000, minimumRate: 1_000_000_000 };
  const { listener, outcomes } = await startFront(t, (incoming) => answer(incoming, BIG), limits);
  readSlowly(t, listener);
  await eventually(() => outcomes.length === 1, "the outcome");
  const error = outcomes[0]!.error as HttpError;
  assert.equal(error.code, "client_too_slow");
  assert.match(error.message, /bytes in [0-9]+ ms, less than 1000000000 a second/);
});

test("http.minimumRate: a client that takes enough is not cut off", async (t) => {
  const body = BIG.subarray(0, 40_000_000);
  const limits = { idleTimeout: 1_000, minimumRate: 1_000 };
  const { listener, outcomes } = await startFront(t, (incoming) => answer(incoming, body), limits);
  const begun = performance.now();
  readSlowly(t, listener);
  await until("the outcome", () => outcomes.length === 1, { timeout: 30_000 });
  assert.deepEqual(outcomes, [{ bytes: body.length, error: undefined }]);
  assert.ok(performance.now() - begun > limits.idleTimeout, "it was looked at on the way");
});

test("http.chunkExtensions and http.trailer bound what frames a body", async (t) => {
  const { connect } = await startFront(t, codes, { chunkExtensions: 20, trailer: 30 });
  const cases: [body: string, status: number][] = [
    ["1;ab=cdefghij\r\nx\r\n0\r\n\r\n", 200],
    ["1;ab=cdefghij\r\nx\r\n1;ab=cdefghij\r\nx\r\n0\r\n\r\n", 400],
    ["1\r\nx\r\n0\r\nX-Sum: 0123456789\r\n\r\n", 200],
    ["1\r\nx\r\n0\r\nX-Sum: 0123456789012345678901234\r\n\r\n", 431],
    ["1\r\nx\r\n0\r\nno field\r\n\r\n", 400],
  ];
  for (const [body, status] of cases) {
    const client = await connect();
    client.send(CHUNKED + body);
    assert.equal((await client.response()).status, status, body);
  }
});

test("http.connectionsPerClient: more are closed at once and told of, and room is made by those that end", async (t) => {
  const turnedAway: string[] = [];
  const { connect, listener } = await startFront(
    t,
    (incoming) => answer(incoming, "ok"),
    { connectionsPerClient: 2 },
    { onTurnedAway: (limit, client) => turnedAway.push(`${limit} ${client.address}`) },
  );
  const [first, second] = [await connect(), await connect()];
  for (const client of [first, second]) {
    client.send(GET);
    assert.equal((await client.response()).status, 200);
  }
  const third = await connect();
  await third.until(() => third.isClosed || third.hasEnded, "the close");
  assert.deepEqual(turnedAway, ["http.connectionsPerClient 127.0.0.1"]);
  first.close();
  await eventually(() => listener.connections === 1, "the end of the first");
  const fourth = await connect();
  fourth.send(GET);
  assert.equal((await fourth.response()).status, 200);
});

test("http.connections: those above are told of", async (t) => {
  const turnedAway: string[] = [];
  const { connect } = await startFront(
    t,
    (incoming) => answer(incoming, "ok"),
    { connections: 1 },
    { onTurnedAway: (limit) => turnedAway.push(limit) },
  );
  const first = await connect();
  first.send(GET);
  await first.response();
  const second = await connect();
  await second.until(() => second.isClosed || second.hasEnded, "the close");
  assert.deepEqual(turnedAway, ["http.connections"]);
});

test("http.halfClosedTimeout: a client that ended its side is waited for only while something comes for it", async (t) => {
  const { connect, outcomes } = await startFront(t, () => {}, { halfClosedTimeout: 100 });
  const client = await connect();
  const begun = performance.now();
  client.socket.end(GET);
  await eventually(() => outcomes.length === 1, "the outcome");
  assert.ok(performance.now() - begun >= 90);
  assert.equal((outcomes[0]!.error as HttpError).code, "client_closed");
});

test("a client that has ended its side gets a large answer whole, however slowly it takes it", async (t) => {
  const big = Buffer.alloc(20_000_000, 7);
  const limits = { halfClosedTimeout: 50, idleTimeout: 5_000 };
  const time = new PassingTime(t);
  const { connect, outcomes, settle } = await startFront(t, (incoming) => answer(incoming, big), limits, {
    timers: time.timers,
  });
  const client = await connect();
  client.socket.pause();
  client.socket.end(GET);
  await settle();
  time.pass(400);
  await settle();
  assert.equal(outcomes.length, 0);
  client.socket.resume();
  assert.equal((await client.response()).body.length, big.length);
  assert.deepEqual(outcomes, [{ bytes: big.length, error: undefined }]);
});

test("http.lingerTimeout: a client that never ends its side is cut off behind its last answer", async (t) => {
  const { connect, listener } = await startFront(t, (incoming) => answer(incoming, "ok"), {
    lingerTimeout: 100,
  });
  const client = await connect();
  const begun = performance.now();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await client.response();
  await client.until(() => client.hasEnded, "the end");
  await eventually(() => listener.connections === 0, "the connection is cut off");
  assert.ok(performance.now() - begun >= 90);
});

test("http.lingerBody: bytes behind the last answer", async (t) => {
  const { timers } = new PassingTime(t);
  const limits = { lingerBody: 100_000 };
  const { connect, listener, settle } = await startFront(
    t,
    (incoming) => answer(incoming, "no", 403),
    limits,
    { timers },
  );
  const client = await connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await client.response();
  client.send("x".repeat(100_000));
  await settle();
  assert.equal(listener.connections, 1);
  client.send("x");
  await eventually(() => listener.connections === 0, "the connection is cut off");
});

test("http.drainBody: how much of an unread body keeps the connection", async (t) => {
  const { connect } = await startFront(t, (incoming) => answer(incoming, "ok"), { drainBody: 100 });
  const client = await connect();
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n${"x".repeat(100)}${GET}`);
  assert.doesNotMatch((await client.response()).head, /Connection/);
  assert.equal((await client.response()).body, "ok");
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n");
  assert.match((await client.response()).head, /Connection: close/);
});

test("http.readAhead: behind a slow answer no more than that is read, and answers keep their order", async (t) => {
  const waiting: Incoming[] = [];
  const { connect } = await startFront(t, (incoming) => waiting.push(incoming), { readAhead: 1_000 });
  const client = await connect();
  const count = 200_000;
  client.socket.write(
    Buffer.from(Array.from({ length: count }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`).join("")),
  );
  await eventually(() => waiting.length === 1, "the first request");
  await untilStill("what waits at the client", () => client.socket.writableLength, 200);
  assert.equal(waiting.length, 1);
  assert.ok(client.socket.writableLength > 0, "the client has to wait");
  for (let n = 0; n < 1_000; n++) {
    await eventually(() => waiting.length === 1, `request ${n}`);
    const incoming = waiting.pop()!;
    assert.equal(incoming.head.path, `/${n}`);
    answer(incoming, incoming.head.path);
    assert.equal((await client.response()).body, `/${n}`);
  }
});
