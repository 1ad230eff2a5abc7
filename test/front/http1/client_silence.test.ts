import assert from "node:assert/strict";
import { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import type { HttpConfig } from "../../../core/config/config.ts";
import { ClientSilence } from "../../../core/front/http1/client_silence.ts";
import type { HttpError } from "../../../core/http/http_error.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { PassingTime } from "../../support/passing_time.ts";
import { TestBody } from "../../support/test_body.ts";
import { testConfig } from "../../support/test_config.ts";
import type { RawClient } from "../raw_client.ts";
import { answer, eventually, type Front } from "../start_front.ts";
import { startTimedClient } from "./start_timed_client.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LIMITS = { idleTimeout: 5_000, halfClosedTimeout: 1_000, keepAliveTimeout: 5_000, headTimeout: 5_000 };

function start(t: TestContext, handler: (incoming: Incoming) => void, http: Partial<HttpConfig> = {}) {
  return startTimedClient(t, handler, { ...LIMITS, ...http });
}

function codes(front: Front): (string | undefined)[] {
  return front.outcomes.map(({ error }) => (error as HttpError | undefined)?.code);
}

async function goesOn(front: Front): Promise<void> {
  await front.settle();
  assert.deepEqual(front.outcomes, []);
}

/** Sends one piece of a response, and waits until the client has it. */
async function bring(client: RawClient, body: TestBody, piece: string): Promise<void> {
  client.received = "";
  body.sink!.data(Buffer.from(piece));
  await client.until(() => client.received.includes(piece), piece);
}

/** Lets a client that has paused read so many bytes, and hardly more. */
function take({ socket }: RawClient, bytes: number): Promise<void> {
  const enough = socket.bytesRead + bytes;
  return new Promise((resolve) => {
    const look = (): void => {
      if (socket.bytesRead < enough) return;
      socket.pause().off("data", look);
      resolve();
    };
    socket.on("data", look).resume();
  });
}

test("a client that has ended its side is waited for as long as something comes for it now and then", async (t) => {
  const body = new TestBody();
  const { time, front, client } = await start(t, (incoming) => answer(incoming, body));
  client.socket.end(GET);
  await client.until(() => client.received !== "", "the head");
  await front.settle();
  for (let i = 0; i < 5; i++) {
    time.pass(LIMITS.halfClosedTimeout - 100);
    await bring(client, body, `piece ${i}`);
  }
  await goesOn(front);
  // What came last was seen at the look behind it.
  time.pass(LIMITS.halfClosedTimeout + 30);
  await goesOn(front);
  time.pass(LIMITS.halfClosedTimeout + 30);
  await eventually(() => front.outcomes.length > 0, "the outcome");
  assert.deepEqual(codes(front), ["client_closed"]);
  assert.equal(body.cancels, 1);
});

test("a client that has ended its side and gets nothing is given up after halfClosedTimeout", async (t) => {
  const { time, front, client } = await start(t, () => {});
  client.socket.end(GET);
  await front.settle();
  time.pass(LIMITS.halfClosedTimeout - 10);
  await goesOn(front);
  time.pass(40);
  await eventually(() => front.outcomes.length > 0, "the outcome");
  assert.deepEqual(codes(front), ["client_closed"]);
});

test("what was sent before the client ended its side does not prolong the wait for it", async (t) => {
  const body = new TestBody();
  const { time, front, client } = await start(t, (incoming) => answer(incoming, body));
  client.send(GET);
  await client.until(() => client.received !== "", "the head");
  await bring(client, body, "before");
  client.socket.end();
  await front.settle();
  time.pass(LIMITS.halfClosedTimeout + 30);
  await eventually(() => front.outcomes.length > 0, "the outcome");
  assert.deepEqual(codes(front), ["client_closed"]);
});

test("a client that has ended its side behind its body is waited for in the same way", async (t) => {
  const body = new TestBody();
  const { time, front, client } = await start(t, (incoming) => {
    incoming.body!.start({ data: () => true, end: () => answer(incoming, body), fail: () => {} });
  });
  client.socket.end("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
  await client.until(() => client.received !== "", "the head");
  await front.settle();
  time.pass(LIMITS.halfClosedTimeout - 100);
  await bring(client, body, "piece");
  time.pass(LIMITS.halfClosedTimeout - 100);
  await goesOn(front);
  body.sink!.end();
  await eventually(() => front.outcomes.length === 1, "the outcome");
  assert.deepEqual(front.outcomes, [{ bytes: 5, error: undefined }]);
});

test("a client that has to take what was sent before it ended its side has idleTimeout for that", async (t) => {
  const big = Buffer.alloc(20_000_000, 7);
  const { time, front, client } = await start(t, (incoming) => answer(incoming, big));
  client.socket.pause();
  client.socket.end(GET);
  await front.settle();
  time.pass(LIMITS.idleTimeout - 500);
  await goesOn(front);
  client.socket.resume();
  assert.equal((await client.response()).body.length, big.length);
  assert.deepEqual(front.outcomes, [{ bytes: big.length, error: undefined }]);
});

test("a client that takes some of one large piece in each idleTimeout goes on, and one that takes nothing does not", async (t) => {
  const piece = Buffer.alloc(60_000_000, 7);
  const body = new TestBody();
  const { time, front, client } = await start(t, (incoming) => answer(incoming, body), { minimumRate: 0 });
  client.send(GET);
  await client.until(() => client.received !== "", "the head");
  client.socket.pause();
  assert.equal(body.sink!.data(piece), false);
  for (let i = 0; i < 4; i++) {
    await take(client, 10_000_000);
    await front.settle();
    time.pass(LIMITS.idleTimeout + 30);
    await goesOn(front);
  }
  assert.equal(body.resumed, 0, "it is still the first piece");
  time.pass(2 * LIMITS.idleTimeout + 60);
  await eventually(() => front.outcomes.length > 0, "the outcome");
  assert.deepEqual(codes(front), ["client_too_slow"]);
});

test("only what a client takes behind its stop prolongs the wait for it", (t) => {
  const time = new PassingTime(t);
  const errors: HttpError[] = [];
  const silence = new ClientSilence({
    socket: new Socket(),
    timer: time.timers.add(60_000, () => silence.expired()),
    writer: { isBlocked: true, bytes: 1_000 },
    http: { ...testConfig().http, ...LIMITS },
    timers: time.timers,
    failed: (error) => errors.push(error),
  });
  silence.blocked();
  time.pass(LIMITS.idleTimeout);
  assert.equal(errors.length, 0);
  time.pass(30);
  assert.equal(errors[0]!.code, "client_too_slow");
});

test("a client whose body nobody wants at the moment may be silent", async (t) => {
  let received = "";
  let incoming: Incoming | undefined;
  const handler = (given: Incoming): void => {
    incoming = given;
    given.body!.start({
      data: (chunk) => {
        received += chunk;
        return false;
      },
      end: () => answer(given, received),
      fail: (error) => answer(given, (error as HttpError).code, 408),
    });
  };
  const { time, front, client } = await start(t, handler, { minimumRate: 0 });
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
  await eventually(() => received === "a", "the first byte");
  time.pass(3 * LIMITS.idleTimeout);
  await goesOn(front);
  // From now on it is waited for.
  incoming!.body!.resume();
  time.pass(LIMITS.idleTimeout - 10);
  client.send("b");
  await eventually(() => received === "ab", "the second byte");
  incoming!.body!.resume();
  time.pass(LIMITS.idleTimeout + 30);
  assert.equal((await client.response()).body, "body_timeout");
});
