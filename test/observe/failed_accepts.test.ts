import assert from "node:assert/strict";
import { test } from "node:test";
import { FailedAccepts } from "../../core/observe/failed_accepts.ts";
import type { Logger } from "../../core/observe/logger.ts";

test("of many failures one is told per second, with how many there were", () => {
  const lines: object[] = [];
  let now = 0;
  const logger = { warn: (line: object) => lines.push(line) } as unknown as Logger;
  const failed = new FailedAccepts(logger, () => now);
  const err = new Error("accept ENOBUFS");
  for (; now < 2_500; now += 100) failed.add("127.0.0.1:80", err);
  assert.deepEqual(lines, [
    { listener: "127.0.0.1:80", failures: 1, err },
    { listener: "127.0.0.1:80", failures: 10, err },
    { listener: "127.0.0.1:80", failures: 10, err },
  ]);
});
