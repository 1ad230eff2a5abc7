import assert from "node:assert/strict";
import test from "node:test";
import { restartDelay } from "../../core/supervisor/restart_delay.ts";

test("the first replacement is immediate, those that keep dying wait longer and longer, up to 5 seconds", () => {
  const delays: number[] = [];
  let failures = 0;
  for (let i = 0; i < 9; i++) {
    const next = restartDelay(failures, 50);
    delays.push(next.delay);
    failures = next.failures;
  }
  assert.deepEqual(delays, [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

test("a worker that has lived for a while is replaced at once, whatever was before", () => {
  assert.deepEqual(restartDelay(7, 60_000), { failures: 0, delay: 0 });
});
