import assert from "node:assert/strict";
import { test } from "node:test";
import { CpuLimitReached } from "../../core/script/guest_isolate.ts";

test("scripts that had a processor for half of the CPU limit had their time", () => {
  const starved = (used: number) => new CpuLimitReached(0, 100, used, "").starved;
  assert.deepEqual([0, 49.9, 50, 100, 200].map(starved), [true, true, false, false, false]);
});
