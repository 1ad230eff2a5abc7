import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TunnelSilence } from "../../../core/front/http1/tunnel_silence.ts";
import type { HttpError } from "../../../core/http/http_error.ts";
import { PassingTime } from "../../support/passing_time.ts";

const LIMIT = 800;

function watch(t: TestContext) {
  const time = new PassingTime(t);
  const tunnel = { received: 0, sent: 0 };
  const errors: HttpError[] = [];
  const timer = time.timers.add(10_000, () => {
    const error = silence.expired();
    if (error !== undefined) errors.push(error);
  });
  const silence = new TunnelSilence(timer, tunnel, LIMIT);
  return { time, tunnel, errors };
}

for (const direction of ["received", "sent"] as const) {
  test(`a tunnel goes on while only one direction moves: ${direction}`, (t) => {
    const { time, tunnel, errors } = watch(t);
    for (let i = 0; i < 10; i++) {
      time.pass(LIMIT - 300);
      tunnel[direction]++;
    }
    assert.deepEqual(errors, []);
    time.pass(LIMIT - 10);
    assert.deepEqual(errors, [], "it has been silent for less than the limit");
    time.pass(LIMIT / 2);
    assert.deepEqual(
      errors.map(({ status, code }) => [status, code]),
      [[504, "tunnel_idle"]],
    );
  });
}

test("a tunnel in which nothing ever moves has the same time", (t) => {
  const { time, errors } = watch(t);
  time.pass(LIMIT - 10);
  assert.deepEqual(errors, []);
  time.pass(LIMIT / 2);
  assert.equal(errors.length, 1);
});
