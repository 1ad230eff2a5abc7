import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http2";
import { type TestContext, test } from "node:test";
import type { HttpConfig } from "../../../core/config/config.ts";
import { HeaderList } from "../../../core/http/header_list.ts";
import type { HttpError } from "../../../core/http/http_error.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { FLAG, FRAME, frame, request, uint32 } from "../../support/http2_frames.ts";
import { TestBody } from "../../support/test_body.ts";
import { answer, eventually, type Front, readBody } from "../start_front.ts";
import { startTimedFront } from "../start_timed_front.ts";
import { openRaw, openSession, responseOf } from "./http2_client.ts";

const IDLE = 5_000;
const POST = request({ ":method": "POST" });

function start(t: TestContext, handler: (incoming: Incoming) => void, http: Partial<HttpConfig> = {}) {
  return startTimedFront(t, handler, { idleTimeout: IDLE, minimumRate: 0, ...http });
}

/** An exchange with an upload and a download at once, each as the test wants it. */
class BothWays {
  readonly down = new TestBody();
  received = 0;
  wants = true;
  error: HttpError | undefined;
  incoming: Incoming | undefined;

  readonly handler = (incoming: Incoming): void => {
    this.incoming = incoming;
    incoming.body!.start({
      data: (chunk) => {
        this.received += chunk.length;
        return this.wants;
      },
      end: () => {},
      fail: (error) => {
        this.error = error as HttpError;
      },
    });
    answer(incoming, this.down);
  };
}

/** Begins the exchange and fills the window of the response, or leaves it at its begin. */
async function begin(t: TestContext, options: { wants: boolean; fills: boolean }) {
  const both = new BothWays();
  both.wants = options.wants;
  const { time, front } = await start(t, both.handler);
  const client = await openRaw(t, front.listener);
  client.request(1, POST, FLAG.endHeaders);
  client.write(frame(FRAME.data, 0, 1, "part"));
  await eventually(() => both.received === 4 && both.down.sink !== undefined, "both ways are open");
  if (options.fills) {
    assert.equal(both.down.sink!.data(Buffer.alloc(100_000)), false);
    await eventually(() => client.body(1).length === 65_535, "the window is full");
  }
  return { both, time, front, client };
}

function code({ outcomes }: Front): string | undefined {
  return (outcomes[0]?.error as HttpError | undefined)?.code;
}

test("a client that has taken what it was sent is still waited for to send its body", async (t) => {
  const { both, time, client } = await begin(t, { wants: true, fills: true });
  time.pass(IDLE - 100);
  client.write(
    frame(FRAME.windowUpdate, 0, 1, uint32(65_535)),
    frame(FRAME.windowUpdate, 0, 0, uint32(65_535)),
  );
  await eventually(() => both.down.resumed > 0, "the client has taken it");
  time.pass(IDLE - 100);
  await client.answers();
  assert.equal(both.error, undefined);
  time.pass(130);
  assert.equal(both.error!.code, "body_timeout");
});

test("a client whose body nobody wants is still waited for to take what it was sent", async (t) => {
  const { both, time, front, client } = await begin(t, { wants: false, fills: true });
  time.pass(IDLE - 100);
  await client.answers();
  assert.deepEqual(front.outcomes, []);
  time.pass(130);
  await eventually(() => front.outcomes.length === 1, "the outcome");
  assert.equal(code(front), "client_too_slow");
  assert.equal(both.down.cancels, 1);
});

test("a client that takes nothing is given up even if its body stops being wanted behind that", async (t) => {
  const { both, time, front, client } = await begin(t, { wants: true, fills: true });
  both.wants = false;
  client.write(frame(FRAME.data, 0, 1, "more"));
  await eventually(() => both.received === 8, "more of the body");
  time.pass(IDLE + 30);
  await eventually(() => front.outcomes.length === 1, "the outcome");
  assert.equal(code(front), "client_too_slow");
});

test("a client that is waited for on neither way may be silent", async (t) => {
  const { both, time, front, client } = await begin(t, { wants: false, fills: false });
  time.pass(10 * IDLE);
  await client.answers();
  assert.deepEqual([front.outcomes, both.error], [[], undefined]);
  // From now on its body is waited for again.
  both.incoming!.body!.resume();
  time.pass(IDLE + 30);
  assert.equal(both.error!.code, "body_timeout");
});

test("a body may have as many bytes as the limit, and not one more", async (t) => {
  const { front } = await start(
    t,
    (incoming) => {
      readBody(incoming.body).then(
        (body) => answer(incoming, body),
        (error: HttpError) => answer(incoming, error.code, error.status),
      );
    },
    { body: 10 },
  );
  for (const [length, outcome, text] of [
    [10, "200", "x".repeat(10)],
    [11, "413", "body_too_large"],
  ] as const) {
    const counted = await openRaw(t, front.listener);
    counted.request(1, POST, FLAG.endHeaders);
    counted.write(
      frame(FRAME.data, 0, 1, "x".repeat(9)),
      frame(FRAME.data, FLAG.endStream, 1, "x".repeat(length - 9)),
    );
    assert.equal(await counted.settled(), outcome);
    await eventually(() => counted.ended(1), "the answer");
    assert.equal(counted.body(1).toString(), text);
    const announced = await openRaw(t, front.listener);
    announced.request(1, [...POST, ["content-length", String(length)]], FLAG.endHeaders);
    announced.write(frame(FRAME.data, FLAG.endStream, 1, "x".repeat(length)));
    assert.equal(await announced.settled(), outcome, "announced");
  }
});

test("of a response that is longer than it said not a byte of the piece too much is sent", async (t) => {
  const body = new TestBody(5);
  const { front } = await start(t, (incoming) => answer(incoming, body));
  const client = await openRaw(t, front.listener);
  client.request(1, request());
  await eventually(() => body.sink !== undefined, "the request");
  assert.equal(body.sink!.data(Buffer.from("hell")), true);
  await eventually(() => client.body(1).length === 4, "the first piece");
  assert.equal(body.sink!.data(Buffer.from("o!")), false);
  await eventually(() => client.resetOf(1) !== undefined, "the stream is reset");
  assert.deepEqual([client.body(1).toString(), client.ended(1), body.cancels], ["hell", false, 1]);
  assert.equal(code(front), "body_length_mismatch");
  assert.equal(body.sink!.data(Buffer.from("more")), false);
});

test("a response of just the length it said ends in order", async (t) => {
  const body = new TestBody(5);
  const { front } = await start(t, (incoming) => answer(incoming, body));
  const client = await openRaw(t, front.listener);
  client.request(1, request());
  await eventually(() => body.sink !== undefined, "the request");
  body.sink!.data(Buffer.from("hello"));
  body.sink!.end();
  await eventually(() => front.outcomes.length === 1, "the outcome");
  assert.deepEqual(front.outcomes, [{ bytes: 5, error: undefined }]);
});

test("an interim response has neither a field of a connection nor one that Connection names", async (t) => {
  const { front } = await start(t, (incoming) => {
    incoming.inform(
      103,
      HeaderList.from([
        ["Connection", "X-Hop, close"],
        ["X-Hop", "1"],
        ["Keep-Alive", "timeout=5"],
        ["Transfer-Encoding", "chunked"],
        ["Content-Length", "5"],
        ["Link", "</a.css>"],
      ]),
    );
    answer(incoming, "ok");
  });
  const session = await openSession(t, front.listener);
  const stream = session.request({});
  const response = responseOf(stream);
  const [interim] = (await once(stream, "headers")) as [IncomingHttpHeaders];
  assert.deepEqual(Object.entries(interim), [
    [":status", 103],
    ["link", "</a.css>"],
  ]);
  assert.equal((await response).status, 200);
});
