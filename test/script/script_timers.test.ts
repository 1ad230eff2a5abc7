import assert from "node:assert/strict";
import { test } from "node:test";
import { ScriptTimers } from "../../core/script/script_timers.ts";
import { until } from "../support/until.ts";

test("so many timers may be under way as the limit says, and not one more", (t) => {
  const timers = new ScriptTimers(() => {});
  t.after(() => timers.close());
  const started = [1, 2, 3, 4].map((operation) => timers.start(operation, 60_000, 3));
  assert.deepEqual(started, [true, true, true, false]);
  assert.equal(timers.size, 3);
  timers.stop(2);
  assert.equal(timers.start(4, 60_000, 3), true);
  assert.equal(timers.start(5, 60_000, 3), false);
});

test("one that is due makes room", async (t) => {
  const due: number[] = [];
  const timers = new ScriptTimers((operation) => due.push(operation));
  t.after(() => timers.close());
  timers.start(1, -5, 1);
  // What a script waits for keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  await until("it is due", () => due.length === 1);
  clearInterval(alive);
  assert.deepEqual(due, [1]);
  assert.equal(timers.start(2, 60_000, 1), true);
});
