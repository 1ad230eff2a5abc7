import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { MinimumRate } from "../../../core/front/http1/minimum_rate.ts";
import type { HttpError } from "../../../core/http/http_error.ts";
import { PassingTime } from "../../support/passing_time.ts";
import { testConfig } from "../../support/test_config.ts";

/** Milliseconds, and bytes a second. */
const WINDOW = 8_000;
const RATE = 100;

function start(t: TestContext, options: { status?: 408 | 499; minimumRate?: number; window?: number } = {}) {
  const { status = 408, minimumRate = RATE, window = WINDOW } = options;
  const time = new PassingTime(t);
  const client = { moved: 0, isWaitedFor: true, looks: 0 };
  const errors: HttpError[] = [];
  const rate = new MinimumRate({
    http: { ...testConfig().http, idleTimeout: window, minimumRate },
    timers: time.timers,
    status,
    waits: () => {
      client.looks++;
      return client.isWaitedFor;
    },
    moved: () => client.moved,
    failed: (error) => errors.push(error),
  });
  /** Lets seconds pass in each of which so many bytes move. */
  const seconds = (count: number, bytes: number): void => {
    for (let i = 0; i < count; i++) {
      client.moved += bytes;
      time.pass(1_000);
    }
  };
  return { time, client, errors, rate, seconds };
}

for (const [status, code] of [
  [408, "body_too_slow"],
  [499, "client_too_slow"],
] as const) {
  test(`a client below the rate fails once a window is over, and once only: ${code}`, (t) => {
    const { rate, errors, seconds } = start(t, { status });
    rate.watch();
    seconds(7, RATE - 1);
    assert.equal(errors.length, 0);
    seconds(100, RATE - 1);
    assert.deepEqual(
      errors.map((error) => [error.status, error.code]),
      [[status, code]],
    );
  });
}

test("a client at the rate goes on, and one that moves a byte less does not", (t) => {
  for (const missing of [0, 1]) {
    const { rate, errors, seconds, client } = start(t);
    rate.watch();
    client.moved = (WINDOW / 1_000) * RATE - missing;
    // Looks come up to two ticks late.
    seconds(9, 0);
    assert.equal(errors.length, missing);
    t.mock.reset();
  }
});

test("a window is looked at several times, however short it is", (t) => {
  const { rate, errors, time, client } = start(t, { window: 800 });
  rate.watch();
  time.pass(640);
  client.isWaitedFor = false;
  time.pass(400);
  assert.equal(errors.length, 0);
  client.isWaitedFor = true;
  time.pass(250);
  assert.equal(errors.length, 1);
});

test("it looks at nothing before it is told to watch", (t) => {
  const { seconds, client } = start(t);
  seconds(100, 0);
  assert.equal(client.looks, 0);
});

test("each window stands for itself: what was quick before does not pay for what is slow now", (t) => {
  const { rate, errors, seconds } = start(t);
  rate.watch();
  seconds(9, 1_000_000);
  assert.equal(errors.length, 0);
  seconds(9, 0);
  assert.equal(errors.length, 1);
  assert.match(errors[0]!.message, /: 0 bytes in 8000 ms, less than 100 a second$/);
});

test("what moved before it watches does not count", (t) => {
  const { rate, errors, seconds, client } = start(t);
  client.moved = 1_000_000;
  rate.watch();
  seconds(9, 0);
  assert.equal(errors.length, 1);
});

test("only the time counts in which the client is waited for, and bytes that move meanwhile count as well", (t) => {
  const { rate, errors, seconds, client } = start(t);
  rate.watch();
  client.isWaitedFor = false;
  seconds(60, 0);
  assert.equal(errors.length, 0);
  client.isWaitedFor = true;
  seconds(4, 0);
  client.isWaitedFor = false;
  seconds(60, 20);
  client.isWaitedFor = true;
  seconds(5, 0);
  assert.equal(errors.length, 0, "1200 bytes in 8 seconds of waiting are enough");
  seconds(9, 0);
  assert.equal(errors.length, 1);
});

test("watching anew while it watches goes on; behind a stop it begins anew", (t) => {
  const { rate, errors, seconds } = start(t);
  rate.watch();
  seconds(6, 0);
  rate.stop();
  seconds(60, 0);
  rate.watch();
  seconds(6, 0);
  assert.equal(errors.length, 0, "six seconds before the stop are forgotten");
  rate.watch();
  seconds(4, 0);
  assert.equal(errors.length, 1);
});

test("a rate of 0 is none, and costs nothing", (t) => {
  const { rate, errors, seconds, client } = start(t, { minimumRate: 0 });
  rate.watch();
  seconds(100, 0);
  assert.deepEqual([errors, client.looks], [[], 0]);
});
