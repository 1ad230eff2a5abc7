import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Http2Config, HttpConfig } from "../../../core/config/config.ts";
import type { HttpError } from "../../../core/http/http_error.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import {
  FLAG,
  FRAME,
  frame,
  headers,
  PREFACE,
  request,
  settings,
  uint32,
} from "../../support/http2_frames.ts";
import { RawHttp2 } from "../../support/raw_http2.ts";
import { TestBody } from "../../support/test_body.ts";
import { testConfig } from "../../support/test_config.ts";
import { answer, eventually, type Front } from "../start_front.ts";
import { startTimedFront } from "../start_timed_front.ts";
import { openRaw, portOf } from "./http2_client.ts";

const LIMITS = {
  idleTimeout: 5_000,
  halfClosedTimeout: 1_000,
  lingerTimeout: 2_000,
  keepAliveTimeout: 60_000,
};
const POST = request({ ":method": "POST" });
const reset = (id: number): Buffer => frame(FRAME.reset, 0, id, uint32(8));

function start(
  t: TestContext,
  handler: (incoming: Incoming) => void,
  options: { http?: Partial<HttpConfig>; http2?: Partial<Http2Config> } = {},
) {
  const http2 = { ...testConfig().http2, ...options.http2 };
  return startTimedFront(t, handler, { ...LIMITS, ...options.http }, { http2 });
}

/** A client that keeps its connection when the server ends its side. */
async function openHalf(t: TestContext, front: Front): Promise<RawHttp2> {
  const client = await RawHttp2.open(portOf(front.listener));
  client.socket.allowHalfOpen = true;
  t.after(() => client.socket.destroy());
  return client;
}

test("a stream that is reset before its head was looked at is no request, and leaves nothing behind", async (t) => {
  const paths: string[] = [];
  const { time, front } = await start(
    t,
    (incoming) => {
      paths.push(incoming.head.path);
      answer(incoming, "ok");
    },
    { http: { keepAliveTimeout: 1_000 } },
  );
  // The session gets what came behind the preface in one piece.
  const client = await RawHttp2.connect(portOf(front.listener));
  t.after(() => client.socket.destroy());
  client.write(
    PREFACE,
    settings(),
    headers(1, request({ ":path": "/reset" })),
    reset(1),
    headers(3, request({ ":path": "/reset-body", ":method": "POST" }), FLAG.endHeaders),
    frame(FRAME.data, 0, 3, "part"),
    reset(3),
    headers(5, request({ ":path": "/kept" })),
  );
  assert.equal(await client.settled(5), "200");
  assert.deepEqual(paths, ["/kept"]);
  assert.deepEqual(front.outcomes, [{ bytes: 2, error: undefined }]);
  await client.answers();
  time.pass(1_030);
  await eventually(() => client.closed, "the session is idle, and closed");
});

test("resets of what never became a request count as well", async (t) => {
  const { front } = await start(t, () => {}, { http2: { resetBurst: 4, resetRate: 1 } });
  for (const [resets, isEnded] of [
    [4, false],
    [5, true],
  ] as const) {
    const client = await RawHttp2.connect(portOf(front.listener));
    t.after(() => client.socket.destroy());
    const ids = Array.from({ length: resets }, (_, n) => 2 * n + 1);
    client.write(PREFACE, settings(), ...ids.flatMap((id) => [headers(id, request()), reset(id)]));
    if (isEnded) await eventually(() => client.closed, "the session is ended");
    else assert.equal(await client.answers(), true);
    assert.equal(client.goaways.includes("ENHANCE_YOUR_CALM"), isEnded, `${resets} resets`);
  }
  assert.deepEqual(front.outcomes, []);
});

test("each request whose stream is reset counts once", async (t) => {
  const { front } = await start(t, () => {}, { http2: { resetBurst: 4, resetRate: 1 } });
  const client = await openRaw(t, front.listener);
  client.write(headers(1, request()), reset(1), headers(3, request()), reset(3));
  for (const id of [5, 7]) client.request(id, request());
  assert.equal(await client.answers(), true);
  client.write(reset(5), reset(7));
  assert.equal(await client.answers(), true);
  assert.deepEqual(client.goaways, []);
  client.write(headers(9, request()), reset(9));
  await eventually(() => client.closed, "the session is ended");
  // nghttp2 counts for itself besides, and has its say first.
  assert.equal(client.goaways.at(-1), "ENHANCE_YOUR_CALM");
  assert.equal(front.outcomes.length, 5);
});

test("behind the answer to a refused request its client is asked to stop sending", async (t) => {
  const { front } = await start(t, () => {});
  const client = await openRaw(t, front.listener);
  client.request(1, [...POST, ["expect", "wonders"]], FLAG.endHeaders);
  for (let i = 0; i < 3; i++) client.write(frame(FRAME.data, 0, 1, Buffer.alloc(1_000)));
  await eventually(() => client.resetOf(1) !== undefined, "the stream is closed");
  assert.deepEqual([client.outcome(1), client.ended(1), client.resetOf(1)], ["417", true, "NO_ERROR"]);
  assert.match(client.body(1).toString(), /417 Expectation Failed/);
});

test("the answer to HEAD goes before the wish that its client stop sending", async (t) => {
  const { front } = await start(t, (incoming) => answer(incoming, "ok"));
  const client = await openRaw(t, front.listener);
  const head = request({ ":method": "HEAD" });
  for (const [id, fields, outcome] of [
    [1, head, "200"],
    [3, [...head, ["expect", "wonders"]], "417"],
  ] as const) {
    client.request(id, fields as [string, string][], FLAG.endHeaders);
    await eventually(() => client.resetOf(id) !== undefined, "the stream is closed");
    assert.deepEqual([client.outcome(id), client.ended(id), client.resetOf(id)], [outcome, true, "NO_ERROR"]);
  }
});

for (const method of ["GET", "HEAD"]) {
  test(`a refused ${method} leaves nothing behind that would keep the session`, async (t) => {
    const { time, front } = await start(t, () => {}, { http: { keepAliveTimeout: 1_000 } });
    const client = await openRaw(t, front.listener);
    client.request(1, [...request({ ":method": method }), ["expect", "wonders"]]);
    await eventually(() => client.ended(1), "the answer");
    assert.equal(client.outcome(1), "417");
    await client.answers();
    time.pass(1_030);
    await eventually(() => client.closed, "the session is idle, and closed");
    assert.deepEqual(new Set(client.goaways), new Set(["NO_ERROR"]));
  });
}

test("the answer to a refused request has idleTimeout to be taken", async (t) => {
  const { time, front } = await start(t, () => {});
  // No byte of a body may be sent to this client (RFC 9113 section 6.5.2).
  const client = await openRaw(t, front.listener, [4, 0]);
  client.request(1, [...request(), ["expect", "wonders"]]);
  await eventually(() => client.outcome(1) === "417", "the head");
  time.pass(LIMITS.idleTimeout - 10);
  await client.answers();
  assert.equal(client.resetOf(1), undefined);
  client.write(frame(FRAME.windowUpdate, 0, 1, uint32(65_535)));
  await eventually(() => client.ended(1), "the page");
  assert.match(client.body(1).toString(), /417 Expectation Failed/);
});

test("a refused request whose answer is not taken is reset, and other exchanges of its session go on", async (t) => {
  const waiting: Incoming[] = [];
  const { time, front } = await start(t, (incoming) => waiting.push(incoming));
  const client = await openRaw(t, front.listener, [4, 0]);
  client.request(1, request());
  client.request(3, [...request(), ["expect", "wonders"]]);
  await eventually(() => waiting.length === 1 && client.outcome(3) === "417", "both requests");
  time.pass(LIMITS.idleTimeout + 30);
  await eventually(() => client.resetOf(3) === "CANCEL", "the refused one is reset");
  answer(waiting[0]!, "", 204);
  assert.equal(await client.settled(1), "204");
});

test("a client that has ended its side is waited for as long as something comes for it now and then", async (t) => {
  const body = new TestBody();
  const { time, front } = await start(t, (incoming) => answer(incoming, body));
  const client = await openHalf(t, front);
  client.request(1, request());
  await eventually(() => client.outcome(1) === "200", "the head");
  client.socket.end();
  await eventually(() => client.goaways.length > 0, "its end is known");
  for (let i = 0; i < 5; i++) {
    time.pass(LIMITS.halfClosedTimeout - 100);
    body.sink!.data(Buffer.from("piece"));
    await eventually(() => client.body(1).length === 5 * (i + 1), "a piece");
  }
  await front.settle();
  assert.equal(front.outcomes.length, 0);
  time.pass(2 * LIMITS.halfClosedTimeout + 60);
  await eventually(() => front.outcomes.length === 1, "the outcome");
  assert.equal((front.outcomes[0]!.error as HttpError).code, "client_closed");
  assert.equal(body.cancels, 1);
});

test("a client that has ended its side and gets nothing is given up after halfClosedTimeout", async (t) => {
  const { time, front } = await start(t, () => {});
  const client = await openHalf(t, front);
  client.request(1, request());
  client.socket.end();
  await eventually(() => client.goaways.length > 0, "its end is known");
  await front.settle();
  time.pass(LIMITS.halfClosedTimeout - 10);
  await front.settle();
  assert.equal(front.outcomes.length, 0);
  // The first look behind its end sees the GOAWAY that answered it.
  time.pass(LIMITS.halfClosedTimeout + 60);
  await eventually(() => front.outcomes.length === 1, "the outcome");
  assert.equal((front.outcomes[0]!.error as HttpError).code, "client_closed");
});

test("a client that ends its side between requests is told of the end, and the connection is closed", async (t) => {
  const { front } = await start(t, (incoming) => answer(incoming, "ok"));
  const client = await openHalf(t, front);
  client.request(1, request());
  await eventually(() => client.ended(1), "the answer");
  client.socket.end();
  await eventually(() => client.closed && front.listener.connections === 0, "the connection is closed");
  assert.deepEqual(new Set(client.goaways), new Set(["NO_ERROR"]));
});

test("a session that is ended has lingerTimeout until its client ends its side", async (t) => {
  const { time, front } = await start(t, (incoming) => answer(incoming, "ok"), {
    http: { keepAliveTimeout: 500 },
  });
  const client = await openHalf(t, front);
  client.request(1, request());
  await eventually(() => client.ended(1), "the answer");
  time.pass(530);
  await eventually(() => client.goaways.length > 0, "GOAWAY");
  time.pass(LIMITS.lingerTimeout - 50);
  await front.settle();
  assert.equal(front.listener.connections, 1);
  time.pass(80);
  await eventually(() => front.listener.connections === 0, "the connection is cut off");
});

test("so has one that is ended behind its last permitted request", async (t) => {
  const { time, front } = await start(t, (incoming) => answer(incoming, "ok"), {
    http: { requestsPerConnection: 1 },
  });
  const client = await openHalf(t, front);
  client.request(1, request());
  await eventually(() => client.ended(1) && client.closed, "the answer and the end");
  await front.settle();
  time.pass(LIMITS.lingerTimeout + 30);
  await eventually(() => front.listener.connections === 0, "the connection is cut off");
});
