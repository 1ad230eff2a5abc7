import assert from "node:assert/strict";
import { test } from "node:test";
import { createNavigator } from "../../../core/runtime/platform/navigator.ts";
import { createPerformance } from "../../../core/runtime/platform/performance.ts";
import { createScheduler } from "../../../core/runtime/platform/scheduler.ts";
import { eventClasses } from "../events/event_classes.ts";

interface Scheduler {
  wait(milliseconds: unknown, options?: unknown): Promise<void>;
}

/** A scheduler whose timers the test fires. */
function scheduler(withSignals = true) {
  const classes = eventClasses();
  const { stateOf, addAbortAlgorithm } = classes.signals;
  const timers = new Map<() => void, number>();
  const known = {
    isAbortSignal: (value: unknown): value is never => stateOf(value) !== undefined,
    isAborted: (signal: unknown) => stateOf(signal)!.aborted,
    abortReason: (signal: unknown) => stateOf(signal)!.reason,
    addAbortAlgorithm,
  };
  const created = createScheduler(
    () => (withSignals ? known : undefined),
    (callback, milliseconds) => {
      timers.set(callback, milliseconds);
      return () => timers.delete(callback);
    },
  ) as Scheduler;
  const fire = () => {
    for (const callback of timers.keys()) callback();
    timers.clear();
  };
  return { ...classes, scheduler: created, waits: timers, fire };
}

test("scheduler.wait is fulfilled when its time has passed", async () => {
  const { scheduler: ours, waits, fire } = scheduler();
  const waited = ours.wait(12);
  assert.deepEqual([...waits.values()], [12]);
  fire();
  assert.equal(await waited, undefined);
});

test("scheduler.wait rejects with the reason of its signal, and stops its timer", async () => {
  const { scheduler: ours, waits, AbortController, AbortSignal } = scheduler();
  const controller = new AbortController();
  const waited = ours.wait(12, { signal: controller.signal });
  assert.equal(waits.size, 1);
  controller.abort("enough");
  assert.equal(waits.size, 0);
  await assert.rejects(waited, (thrown) => thrown === "enough");
  await assert.rejects(ours.wait(1, { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.equal(waits.size, 0);
});

test("when the time has passed the signal is left alone", async () => {
  const { scheduler: ours, fire, waits, AbortSignal, timers } = scheduler();
  const waited = ours.wait(12, { signal: AbortSignal.timeout(100) });
  assert.deepEqual([waits.size, timers()], [1, 1]);
  fire();
  await waited;
  assert.equal(timers(), 0);
});

test("scheduler.wait rejects, and never throws, for wrong arguments", async () => {
  const { scheduler: ours } = scheduler();
  for (const delay of [undefined, -1, "x", Number.NaN, {}]) {
    await assert.rejects(ours.wait(delay), TypeError);
  }
  await assert.rejects(ours.wait(1, 1), TypeError);
  for (const signal of [null, {}, 1]) await assert.rejects(ours.wait(1, { signal }), TypeError);
  await assert.rejects(scheduler(false).scheduler.wait(1, { signal: {} }), TypeError);
});

test("performance counts from the time origin", () => {
  let now = 5.5;
  const { performance, Performance } = createPerformance(
    () => now,
    () => 1_000_000,
  );
  assert.equal(performance.timeOrigin, 999_994.5);
  now = 7.1;
  assert.equal(performance.now(), 7.1);
  assert.deepEqual(JSON.parse(JSON.stringify(performance)), { timeOrigin: 999_994.5 });
  assert.equal(String(performance), "[object Performance]");
  assert.throws(() => new Performance(), TypeError);
  assert.throws(() => performance.now.call({} as typeof performance), TypeError);
});

test("navigator tells the name of the proxy and no version", () => {
  const navigator = createNavigator() as { userAgent: string };
  assert.equal(navigator.userAgent, "Lodestone");
  assert.equal(String(navigator), "[object Navigator]");
  assert.throws(() => {
    navigator.userAgent = "x";
  }, TypeError);
});
