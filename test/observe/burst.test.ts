import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Burst } from "../../core/observe/burst.ts";

/** A burst and what it has told: how many, and the last one. */
function burst(t: TestContext) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const told: [count: number, last: string][] = [];
  return { events: new Burst<string>((count, last) => told.push([count, last])), told };
}

test("the first one is told at once and then one a second, which counts those between", (t) => {
  const { events, told } = burst(t);
  for (let time = 0; time < 2_500; time += 100) {
    events.add(`at ${time}`);
    t.mock.timers.tick(100);
  }
  assert.deepEqual(told, [
    [1, "at 0"],
    [9, "at 900"],
    [10, "at 1900"],
  ]);
});

test("the rest is told when it is over, and the next burst begins with one at once", (t) => {
  const { events, told } = burst(t);
  for (let count = 0; count < 50; count++) events.add(`${count}`);
  assert.deepEqual(told, [[1, "0"]]);
  t.mock.timers.tick(1_000);
  assert.deepEqual(told.at(-1), [49, "49"]);
  t.mock.timers.tick(5_000);
  events.add("later");
  assert.deepEqual([told.length, told.at(-1)], [3, [1, "later"]]);
});

test("the end tells of those that are left, once", (t) => {
  const { events, told } = burst(t);
  for (let count = 0; count < 3; count++) events.add(`${count}`);
  events.close();
  events.close();
  assert.deepEqual(told, [
    [1, "0"],
    [2, "2"],
  ]);
});
