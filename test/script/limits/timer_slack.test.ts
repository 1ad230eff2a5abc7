import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startLodestone } from "../../support/lodestone.ts";

function slack(process: number): string | undefined {
  try {
    return readFileSync(`/proc/${process}/timerslack_ns`, "latin1").trim();
  } catch {
    return undefined;
  }
}

// What the kernel has of another process only the privileged may read.
const unreadable = slack(process.ppid) === undefined && "no timer slack of other processes can be read";

test("a worker's timers may be late together, so that not every entry wakes the thread of the CPU limit", {
  skip: unreadable,
}, async () => {
  await using lodestone = await startLodestone({ config: "workers: 1\nsites: [{ hosts: [a.test] }]\n" });
  const [worker] = lodestone.workers();
  assert.equal(slack(worker!), "2000000");
});
