import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { HttpError } from "../../../core/http/http_error.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { TestBody } from "../../support/test_body.ts";
import type { RawClient } from "../raw_client.ts";
import { answer, eventually, type Front, readBody } from "../start_front.ts";
import { startTimedClient } from "./start_timed_client.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const POST = "POST / HTTP/1.1\r\nHost: a\r\n";

/** Heads that did not come in time. */
function timeouts({ refused }: Front): number {
  return refused.filter(({ error }) => error.status === 408).length;
}

/** What a response says about its connection. */
async function connectionOf(client: RawClient): Promise<string> {
  const { head } = await client.response();
  return /^Connection: (.*)\r$/m.exec(head)?.[1] ?? "goes on";
}

test("the last answer to a client that has ended its side says so, those before it do not", async (t) => {
  const waiting: Incoming[] = [];
  const { client } = await startTimedClient(t, (incoming) => waiting.push(incoming));
  client.socket.end(GET + GET + GET);
  for (const expected of ["goes on", "goes on", "close"]) {
    await eventually(() => waiting.length === 1, "a request");
    answer(waiting.pop()!, "ok");
    assert.equal(await connectionOf(client), expected);
  }
  assert.equal(await client.rest(), "");
});

test("a client that ends its side in the midst of its next head has another answer to come", async (t) => {
  const { client } = await startTimedClient(t, (incoming) => answer(incoming, "ok"));
  client.socket.end(`${GET}GET /`);
  assert.equal(await connectionOf(client), "goes on");
  assert.equal(await client.rest(), "");
});

test("an answer behind a broken body says that the connection ends", async (t) => {
  const { client } = await startTimedClient(t, (incoming) => {
    readBody(incoming.body).catch((error: HttpError) => answer(incoming, error.code, error.status));
  });
  client.send(`${POST}Transfer-Encoding: chunked\r\n\r\nbroken\r\n`);
  assert.equal(await connectionOf(client), "close");
  assert.equal(await client.rest(), "");
});

test("an answer behind a body that a client never ends says that the connection ends", async (t) => {
  const { client, front } = await startTimedClient(t, (incoming) => {
    readBody(incoming.body).catch((error: HttpError) => answer(incoming, error.code, error.status));
  });
  client.socket.end(`${POST}Content-Length: 5\r\n\r\nabc`);
  const { status, head, body } = await client.response();
  assert.deepEqual([status, body], [400, "body_incomplete"]);
  assert.match(head, /^Connection: close\r$/m);
  assert.equal(await client.rest(), "");
  await eventually(() => front.listener.connections === 0, "the connection is closed");
});

for (const [what, request, expected] of [
  ["none of it has come", `${POST}Content-Length: 100\r\n\r\n`, "goes on"],
  ["more is left than http.drainBody", `${POST}Content-Length: 101\r\n\r\n`, "close"],
  ["all of it has come", `${POST}Content-Length: 101\r\n\r\n${"x".repeat(101)}`, "close"],
  ["it is chunked", `${POST}Transfer-Encoding: chunked\r\n\r\n`, "goes on"],
  ["its client waits for 100 Continue", `${POST}Content-Length: 1\r\nExpect: 100-continue\r\n\r\n`, "close"],
  ["it is empty", `${POST}Content-Length: 0\r\n\r\n`, "goes on"],
  ["the client wants no other request", `${POST}Content-Length: 1\r\nConnection: close\r\n\r\n`, "close"],
] as const) {
  test(`an answer to a body that nobody has read, where ${what}: ${expected}`, async (t) => {
    const { client } = await startTimedClient(t, (incoming) => answer(incoming, "ok"), { drainBody: 100 });
    client.send(request);
    assert.equal(await connectionOf(client), expected);
  });
}

test("a body that is being read does not end the connection, however large it is", async (t) => {
  const bodies: Promise<Buffer>[] = [];
  const { client } = await startTimedClient(
    t,
    (incoming) => {
      if (incoming.body === undefined) return answer(incoming, "next");
      bodies.push(readBody(incoming.body));
      const down = new TestBody();
      answer(incoming, down);
      void bodies[0]!.then(() => down.sink!.end());
    },
    { drainBody: 100 },
  );
  client.send(`${POST}Content-Length: 1000\r\n\r\n`);
  await client.until(() => client.received.includes("\r\n\r\n"), "the head");
  client.send("x".repeat(1000) + GET);
  assert.equal(await connectionOf(client), "goes on");
  assert.equal((await client.response()).body, "next");
  assert.equal((await bodies[0])!.length, 1000);
});

test("a large body whose reader gives up when its answer is out is not waited for", async (t) => {
  const codes: string[] = [];
  const { client } = await startTimedClient(
    t,
    (incoming) => {
      incoming.body!.start({
        data: () => true,
        end: () => codes.push("end"),
        fail: (error) => codes.push((error as HttpError).code),
      });
      answer(incoming, "enough");
    },
    { drainBody: 100 },
  );
  client.send(`${POST}Content-Length: 1000\r\n\r\n`);
  assert.equal((await client.response()).body, "enough");
  assert.equal(await client.rest(), "");
  assert.deepEqual(codes, ["response_complete"]);
});

test("the rest of an unread body has lingerTimeout to come", async (t) => {
  const limits = { lingerTimeout: 500, keepAliveTimeout: 60_000, headTimeout: 60_000 };
  const { time, front, client } = await startTimedClient(t, (incoming) => answer(incoming, "ok"), limits);
  const late = await front.connect();
  for (const each of [client, late]) {
    each.send(`${POST}Content-Length: 10\r\n\r\nabc`);
    assert.equal(await connectionOf(each), "goes on");
  }
  client.send(`defghij${GET}`);
  assert.equal(await connectionOf(client), "goes on");
  time.pass(490);
  await front.settle();
  assert.equal(late.hasEnded, false);
  time.pass(40);
  await late.until(() => late.hasEnded, "the end");
  // It may still be sending; a reset could reach it before it has read the answer.
  for (const rest of ["defg", "hij"]) {
    late.send(rest);
    await front.settle();
  }
  late.socket.end();
  await late.until(() => late.isClosed, "the close");
  assert.equal(late.error, undefined);
  client.send(GET);
  assert.equal(await connectionOf(client), "goes on");
  assert.equal(timeouts(front), 0);
});

test("between requests a connection has keepAliveTimeout, whatever the time of a head is", async (t) => {
  for (const [headTimeout, keepAliveTimeout] of [
    [100, 1_000],
    [5_000, 1_000],
  ] as const) {
    const limits = { headTimeout, keepAliveTimeout };
    const { time, front, client } = await startTimedClient(t, (incoming) => answer(incoming, "ok"), limits);
    for (let i = 0; i < 3; i++) {
      client.send(GET);
      assert.equal(await connectionOf(client), "goes on");
      time.pass(990);
    }
    await front.settle();
    assert.equal(client.hasEnded, false);
    time.pass(40);
    assert.equal(await client.rest(), "");
    assert.equal(timeouts(front), 0);
    t.mock.reset();
  }
});

test("a request that has arrived when keepAliveTimeout is over is answered, though nobody has read it yet", async (t) => {
  const limits = { keepAliveTimeout: 1_000 };
  const { time, client } = await startTimedClient(t, (incoming) => answer(incoming, "ok"), limits);
  client.send(GET);
  assert.equal(await connectionOf(client), "goes on");
  // Written, and the time over, in the phase of timers: the loop looks at sockets behind it.
  await new Promise((resolve) => setTimeout(resolve, 1));
  client.send(GET);
  time.pass(1_040);
  assert.equal(await connectionOf(client), "goes on");
  time.pass(1_040);
  assert.equal(await client.rest(), "");
});

test("the first head has headTimeout from the connection's begin, later ones from their own", async (t) => {
  const limits = { headTimeout: 1_000, keepAliveTimeout: 60_000 };
  const { time, front, client } = await startTimedClient(t, (incoming) => answer(incoming, "ok"), limits);
  const used = await front.connect();
  used.send(GET);
  assert.equal(await connectionOf(used), "goes on");
  time.pass(700);
  for (const each of [client, used]) each.send("GET /");
  await front.settle();
  time.pass(350);
  assert.equal((await client.response()).status, 408);
  await front.settle();
  assert.equal(used.received, "");
  time.pass(700);
  assert.equal((await used.response()).status, 408);
});

/** Two requests at once; the answer to the first is under way, its end is the test's. */
async function underWay(t: TestContext): Promise<{ front: Front; client: RawClient; body: TestBody }> {
  const body = new TestBody();
  const { front, client } = await startTimedClient(t, (incoming) =>
    answer(incoming, incoming.head.path === "/first" ? body : "second"),
  );
  client.send(`GET /first HTTP/1.1\r\nHost: a\r\n\r\n${GET}`);
  await client.until(() => client.received.includes("\r\n\r\n"), "the head");
  return { front, client, body };
}

for (const isGentle of [true, false]) {
  test(`a request behind an answer that is under way when a drain begins is answered as the last one${isGentle ? ", gently" : ""}`, async (t) => {
    const { front, client, body } = await underWay(t);
    const closed = front.listener.close(isGentle);
    body.sink!.end();
    assert.equal(await connectionOf(client), "goes on");
    const { head, body: text } = await client.response();
    assert.match(head, /^Connection: close\r$/m);
    assert.equal(text, "second");
    assert.equal(await client.rest(), "");
    await closed;
  });
}

test("behind an answer that was under way when a gentle drain began one more request is answered", async (t) => {
  const body = new TestBody();
  const { front, client } = await startTimedClient(t, (incoming) =>
    answer(incoming, incoming.head.path === "/first" ? body : "second"),
  );
  client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.until(() => client.received.includes("\r\n\r\n"), "the head");
  const closed = front.listener.close(true);
  body.sink!.end();
  assert.equal(await connectionOf(client), "goes on");
  client.send(GET);
  assert.equal(await connectionOf(client), "close");
  assert.equal(await client.rest(), "");
  await closed;
});
