import assert from "node:assert/strict";
import test from "node:test";
import type { Logger } from "../../core/observe/logger.ts";
import { TurnedAway } from "../../core/observe/turned_away.ts";

test("there is a line at once and then one a second at most, which counts those between", () => {
  const lines: object[] = [];
  let now = 0;
  const logger = { warn: (line: object) => lines.push(line) } as unknown as Logger;
  const turnedAway = new TurnedAway(logger, () => now);
  for (; now < 2_000; now += 100) turnedAway.add("http.connections", "192.0.2.1");
  assert.deepEqual(lines, [
    { limit: "http.connections", client: "192.0.2.1", connections: 1 },
    { limit: "http.connections", client: "192.0.2.1", connections: 10 },
  ]);
});
