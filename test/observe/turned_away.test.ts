import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import type { Logger } from "../../core/observe/logger.ts";
import { TurnedAway } from "../../core/observe/turned_away.ts";

/** `counts` are those of the lines so far. */
function turnedAway(t: TestContext) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const lines: { limit: string; client: string; connections: number }[] = [];
  const logger = { warn: (line: (typeof lines)[0]) => lines.push(line) } as unknown as Logger;
  return { away: new TurnedAway(logger), lines, counts: () => lines.map(({ connections }) => connections) };
}

test("there is a line at once and then one a second, which counts those between", (t) => {
  const { away, lines, counts } = turnedAway(t);
  for (let time = 0; time < 2_500; time += 100) {
    away.add("http.connections", `192.0.2.${time / 100}`);
    t.mock.timers.tick(100);
  }
  assert.deepEqual(counts(), [1, 9, 10]);
  assert.deepEqual(lines.at(-1), { limit: "http.connections", client: "192.0.2.19", connections: 10 });
});

test("the rest of a burst is told when it is over, and the next one begins with a line at once", (t) => {
  const { away, counts } = turnedAway(t);
  for (let count = 0; count < 50; count++) away.add("http.connections", "192.0.2.1");
  assert.deepEqual(counts(), [1]);
  t.mock.timers.tick(1_000);
  assert.deepEqual(counts(), [1, 49]);
  t.mock.timers.tick(5_000);
  away.add("http.connections", "192.0.2.1");
  assert.deepEqual(counts(), [1, 49, 1]);
});

test("the end tells of those that are left", (t) => {
  const { away, counts } = turnedAway(t);
  for (let count = 0; count < 3; count++) away.add("http.connections", "192.0.2.1");
  away.close();
  assert.deepEqual(counts(), [1, 2]);
});
