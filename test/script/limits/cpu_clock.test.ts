import assert from "node:assert/strict";
import { test } from "node:test";
import { CpuClock } from "../../../core/script/limits/cpu_clock.ts";

function work(milliseconds: number): void {
  const { user, system } = process.threadCpuUsage();
  for (let used = 0; used < milliseconds; ) {
    const now = process.threadCpuUsage();
    used = (now.user + now.system - user - system) / 1_000;
  }
}

test("time in which the thread had a processor counts", () => {
  const clock = new CpuClock();
  clock.entering();
  work(60);
  assert.ok(clock.used >= 59, `${clock.used} ms`);
});

test("time in which it had none does not", () => {
  const clock = new CpuClock();
  clock.entering();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  assert.ok(clock.used < 50, `${clock.used} ms`);
});

test("what was before an entry counts hardly", () => {
  const clock = new CpuClock();
  clock.entering();
  work(60);
  clock.entering();
  work(10);
  assert.ok(clock.used < 40, `${clock.used} ms`);
});
