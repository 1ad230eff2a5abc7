import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpError } from "../../../core/http/http_error.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { PassingTime } from "../../support/passing_time.ts";
import { answer, eventually, readBody, startFront } from "../start_front.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

test("half a head gets 408", async (t) => {
  const { connect, refused } = await startFront(t, (incoming) => answer(incoming, "ok"), {
    headTimeout: 250,
  });
  const client = await connect();
  client.send("GET / HTTP/1.1\r\nHost");
  assert.equal((await client.response()).status, 408);
  assert.equal(await client.rest(), "");
  const [refusal] = refused;
  assert.deepEqual([refusal?.error.code, refusal?.method, refusal?.path], ["head_timeout", "GET", "/"]);
  assert.ok(refusal!.milliseconds >= 40, `after ${refusal!.milliseconds} ms`);
});

test("half a second head gets 408, and drops of bytes don't prolong it", async (t) => {
  const http = { headTimeout: 100, keepAliveTimeout: 60_000 };
  const { connect, refused } = await startFront(t, (incoming) => answer(incoming, "ok"), http);
  const client = await connect();
  client.send(GET);
  await client.response();
  const begun = performance.now();
  client.send("GET /");
  const drops = setInterval(() => client.send("a"), 10);
  t.after(() => clearInterval(drops));
  assert.equal((await client.response()).status, 408);
  const [refusal] = refused;
  // The request line was not complete.
  assert.deepEqual([refusal?.method, refusal?.path], ["", ""]);
  assert.ok(refusal!.milliseconds >= 90 && refusal!.milliseconds <= performance.now() - begun);
});

test("a connection that says nothing is closed silently", async (t) => {
  const http = { headTimeout: 50, keepAliveTimeout: 50 };
  const { connect, refused } = await startFront(t, (incoming) => answer(incoming, "ok"), http);
  const mute = await connect();
  assert.equal(await mute.rest(), "");
  const idle = await connect();
  idle.send(GET);
  await idle.response();
  assert.equal(await idle.rest(), "");
  assert.equal(refused.length, 0);
});

test("a handler may take longer than any deadline of the client's", async (t) => {
  const time = new PassingTime(t);
  const waiting: Incoming[] = [];
  const http = { headTimeout: 1_000, keepAliveTimeout: 1_000, idleTimeout: 1_000 };
  const { connect } = await startFront(t, (incoming) => waiting.push(incoming), http, {
    timers: time.timers,
  });
  const client = await connect();
  for (let i = 0; i < 2; i++) {
    client.send(GET);
    await eventually(() => waiting.length === 1, "the request");
    time.pass(10_000);
    answer(waiting.pop()!, "ok");
    assert.equal((await client.response()).body, "ok");
  }
});

test("a body that stops coming fails with 408", async (t) => {
  const { connect } = await startFront(
    t,
    (incoming) => {
      readBody(incoming.body).catch((error) => answer(incoming, error.code, error.status));
    },
    { idleTimeout: 50 },
  );
  const client = await connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  const { status, body, head } = await client.response();
  assert.deepEqual([status, body], [408, "body_timeout"]);
  assert.match(head, /Connection: close/);
  assert.equal(await client.rest(), "");
});

test("a body that comes slowly but steadily arrives", async (t) => {
  const time = new PassingTime(t);
  let body = "";
  const { connect } = await startFront(
    t,
    (incoming) => {
      incoming.body!.start({
        data: (chunk) => {
          body += chunk;
          return true;
        },
        end: () => answer(incoming, body),
        fail: () => answer(incoming, "", 408),
      });
    },
    { idleTimeout: 1_000, minimumRate: 1 },
    { timers: time.timers },
  );
  const client = await connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
  for (let length = 1; length <= 10; length++) {
    client.send("x");
    await eventually(() => body.length === length, "the next byte");
    time.pass(900);
  }
  assert.equal((await client.response()).body, "xxxxxxxxxx");
});

test("a body whose sink makes it wait does not time out", async (t) => {
  const time = new PassingTime(t);
  let waiting: Incoming | undefined;
  const { connect, settle } = await startFront(
    t,
    (incoming) => {
      waiting = incoming;
    },
    { idleTimeout: 1_000 },
    { timers: time.timers },
  );
  const client = await connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  await settle();
  time.pass(5_000);
  answer(waiting!, await readBody(waiting!.body).then(String));
  assert.equal((await client.response()).body, "abc");
});

test("a client that takes nothing of its response is cut off", async (t) => {
  const big = Buffer.alloc(30_000_000);
  const { connect, outcomes, listener } = await startFront(t, (incoming) => answer(incoming, big), {
    idleTimeout: 100,
  });
  const client = await connect();
  client.socket.pause();
  client.send(GET);
  await eventually(() => outcomes.length === 1, "the outcome");
  assert.equal((outcomes[0]!.error as HttpError).code, "client_too_slow");
  assert.ok(outcomes[0]!.bytes < big.length);
  await eventually(() => listener.connections === 0, "the close");
});
