import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextIteration } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { eventClasses } from "./event_classes.ts";

const untyped = <T>(value: unknown): T => value as T;

/** Collects garbage; flags may be changed at any time. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

test("scripts get signals from a controller only", () => {
  const { AbortSignal, AbortController, EventTarget } = eventClasses();
  assert.throws(() => new AbortSignal(), TypeError);
  assert.throws(() => new (class extends AbortSignal {})(), TypeError);
  const controller = new AbortController();
  assert.ok(controller.signal instanceof AbortSignal && controller.signal instanceof EventTarget);
  assert.equal(controller.signal, controller.signal);
  assert.equal(String(controller.signal), "[object AbortSignal]");
  assert.equal(String(controller), "[object AbortController]");
  assert.deepEqual(Object.keys(AbortSignal).sort(), ["abort", "any", "timeout"]);
  assert.deepEqual([AbortSignal.abort.length, AbortSignal.any.length, AbortSignal.timeout.length], [0, 1, 1]);
});

test("a controller aborts its signal once, with a trusted event", () => {
  const { AbortController } = eventClasses();
  const controller = new AbortController();
  const { signal } = controller;
  assert.deepEqual([signal.aborted, signal.reason], [false, undefined]);
  signal.throwIfAborted();
  const events: string[] = [];
  signal.addEventListener("abort", (event: Event) => {
    events.push(`${event.type} ${event.isTrusted} ${event.bubbles} ${event.cancelable} ${signal.aborted}`);
  });
  const reason = { because: "of this" };
  controller.abort(reason);
  controller.abort("again");
  assert.deepEqual(events, ["abort true false false true"]);
  assert.equal(signal.reason, reason);
  assert.throws(
    () => signal.throwIfAborted(),
    (thrown) => thrown === reason,
  );
});

test("the reason is an AbortError unless one is given, and may be null", () => {
  const { AbortController, AbortSignal } = eventClasses();
  for (const signal of [AbortSignal.abort(), AbortSignal.abort(undefined)]) {
    assert.equal((signal.reason as DOMException).name, "AbortError");
    assert.equal((signal.reason as DOMException).code, 20);
  }
  const controller = new AbortController();
  controller.abort(null);
  assert.deepEqual([controller.signal.aborted, controller.signal.reason], [true, null]);
  assert.throws(
    () => controller.signal.throwIfAborted(),
    (thrown) => thrown === null,
  );
});

test("onabort keeps its place among the listeners", () => {
  const { AbortController, reported } = eventClasses();
  const run = (prepare: (signal: AbortSignal, log: string[]) => void) => {
    const controller = new AbortController();
    const log: string[] = [];
    prepare(untyped(controller.signal), log);
    controller.abort();
    return log;
  };
  const listener = (log: string[], name: string) => () => void log.push(name);
  assert.deepEqual(
    run((signal, log) => {
      signal.onabort = listener(log, "first");
      signal.addEventListener("abort", listener(log, "second"));
      signal.onabort = listener(log, "changed");
    }),
    ["changed", "second"],
  );
  assert.deepEqual(
    run((signal, log) => {
      signal.onabort = listener(log, "first");
      signal.addEventListener("abort", listener(log, "second"));
      signal.onabort = null;
      signal.onabort = listener(log, "last");
    }),
    ["second", "last"],
  );
  run((signal) => {
    assert.equal(signal.onabort, null);
    const object = untyped<null>({ handleEvent: () => assert.fail() });
    signal.onabort = object;
    assert.equal(signal.onabort, object);
  });
  run((signal) => {
    signal.onabort = () => assert.fail();
    signal.onabort = untyped<null>(1);
    assert.equal(signal.onabort, null);
  });
  assert.deepEqual(reported, []);
});

test("a timeout aborts with a TimeoutError when its time has passed", () => {
  const { AbortSignal, pass } = eventClasses();
  const signal = AbortSignal.timeout(100);
  let events = 0;
  signal.onabort = () => void events++;
  pass(99);
  assert.deepEqual([signal.aborted, events], [false, 0]);
  pass(1);
  assert.deepEqual([signal.aborted, events], [true, 1]);
  assert.equal((signal.reason as DOMException).name, "TimeoutError");
  assert.equal(AbortSignal.timeout(0).aborted, false);
  for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "x", undefined, {}]) {
    assert.throws(() => AbortSignal.timeout(untyped(bad)), TypeError);
  }
  assert.throws(() => untyped<{ timeout(): void }>(AbortSignal).timeout(), TypeError);
  assert.equal(AbortSignal.timeout(untyped("1.9")).aborted, false);
});

test("a timeout uses a timer of the host only while somebody listens", () => {
  const { AbortSignal, signals, timers, pass } = eventClasses();
  const signal = AbortSignal.timeout(100);
  assert.equal(timers(), 0);
  const forget = signals.addAbortAlgorithm(signal, () => assert.fail());
  assert.equal(timers(), 1);
  const listener = () => assert.fail();
  signal.addEventListener("abort", listener);
  forget();
  forget();
  assert.equal(timers(), 1);
  signal.removeEventListener("abort", listener);
  assert.equal(timers(), 0);
  signal.addEventListener("other", listener);
  assert.equal(timers(), 0);
  const both = AbortSignal.any([signal, AbortSignal.timeout(200)]);
  assert.equal(timers(), 0);
  both.onabort = listener;
  assert.equal(timers(), 2);
  both.onabort = null;
  assert.equal(timers(), 0);
  pass(100);
  assert.deepEqual([both.aborted, signal.aborted], [true, true]);
  assert.equal(both.reason, signal.reason);
  pass(1_000);
});

test("whoever starts to listen when a timeout is overdue is told all the same", () => {
  const { AbortSignal, pass } = eventClasses();
  const signal = AbortSignal.timeout(100);
  pass(200, true);
  let events = 0;
  signal.addEventListener("abort", () => void events++);
  assert.equal(events, 0);
  pass(0);
  assert.equal(events, 1);
});

test("a timeout too long for a timer is waited for in pieces", () => {
  const { AbortSignal, pass, timers } = eventClasses();
  const signal = AbortSignal.timeout(2 ** 40);
  signal.onabort = () => {};
  pass(2 ** 39);
  assert.deepEqual([signal.aborted, timers()], [false, 1]);
  pass(2 ** 39);
  assert.deepEqual([signal.aborted, timers()], [true, 0]);
});

test("any() of an aborted signal is aborted with its reason", () => {
  const { AbortSignal, AbortController } = eventClasses();
  const open = new AbortController().signal;
  const any = AbortSignal.any([open, AbortSignal.abort("a"), AbortSignal.abort("b")]);
  assert.deepEqual([any.aborted, any.reason], [true, "a"]);
  assert.equal(AbortSignal.any([]).aborted, false);
  assert.notEqual(AbortSignal.any([open]), open);
  for (const bad of [undefined, null, 1, {}, [1], [open, {}]]) {
    assert.throws(() => AbortSignal.any(untyped(bad)), TypeError);
  }
});

test("all dependents are aborted before the first of them is told, in the order they were made", () => {
  const { AbortSignal, AbortController } = eventClasses();
  const controller = new AbortController();
  const first = AbortSignal.any([controller.signal]);
  const second = AbortSignal.any([first, new AbortController().signal]);
  const third = AbortSignal.any([second, controller.signal]);
  const all = [controller.signal, first, second, third];
  const log: string[] = [];
  for (const [i, signal] of [...all.entries()].reverse()) {
    signal.addEventListener("abort", () => {
      log.push(`${i} ${all.every(({ aborted, reason }) => aborted && reason === "r")}`);
    });
  }
  controller.abort("r");
  assert.deepEqual(log, ["0 true", "1 true", "2 true", "3 true"]);
});

test("algorithms run before the event, and a faulty one stops neither the others nor the event", () => {
  const { AbortController, signals, reported } = eventClasses();
  const controller = new AbortController();
  const log: unknown[] = [];
  controller.signal.addEventListener("abort", () => void log.push("event"));
  signals.addAbortAlgorithm(controller.signal, (reason) => {
    log.push(reason);
    throw new Error("faulty");
  });
  signals.addAbortAlgorithm(controller.signal, () => void log.push("second"));
  signals.addAbortAlgorithm(controller.signal, () => assert.fail())();
  controller.abort("why");
  assert.deepEqual(log, ["why", "second", "event"]);
  assert.equal((reported[0] as Error).message, "faulty");
  signals.addAbortAlgorithm(controller.signal, () => assert.fail());
});

test("a signal that lives long forgets the dependents nobody holds", async () => {
  const { AbortSignal, AbortController, signals } = eventClasses();
  const { signal } = new AbortController();
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 100; i++) AbortSignal.any([signal]);
    await nextIteration();
    collectGarbage();
  }
  AbortSignal.any([signal]);
  assert.ok(
    signals.stateOf(signal)!.dependents < 500,
    `${signals.stateOf(signal)!.dependents} left of 2,000`,
  );
});

test("a dependent that somebody listens to lives as long as its source", async () => {
  const { AbortSignal, AbortController } = eventClasses();
  const controller = new AbortController();
  let told = 0;
  AbortSignal.any([controller.signal]).addEventListener("abort", () => void told++);
  await nextIteration();
  collectGarbage();
  controller.abort();
  assert.equal(told, 1);
});

/** What to make or do: sources are controllers 0 to 2, the dependents follow. */
const step = fc.oneof(
  fc.record({ kind: fc.constant("any" as const), of: fc.array(fc.nat(9), { maxLength: 4 }) }),
  fc.record({ kind: fc.constant("abort" as const), of: fc.array(fc.nat(2), { minLength: 1, maxLength: 1 }) }),
);

test("signals that depend on each other agree with Node's", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      const { AbortController, AbortSignal } = eventClasses();
      const ours = play(untyped(AbortController), untyped(AbortSignal), steps);
      assert.deepEqual(ours, play(globalThis.AbortController, globalThis.AbortSignal, steps));
    }),
    { numRuns: 300 },
  );
});

function play(
  Controller: typeof globalThis.AbortController,
  Signal: typeof globalThis.AbortSignal,
  steps: { kind: "any" | "abort"; of: number[] }[],
): string[] {
  const log: string[] = [];
  const controllers = [new Controller(), new Controller(), new Controller()];
  const signals = controllers.map(({ signal }) => signal);
  const watch = (signal: AbortSignal, name: number) =>
    signal.addEventListener("abort", () => log.push(`${name}: ${signals.map((each) => each.reason)}`));
  signals.forEach(watch);
  for (const { kind, of } of steps) {
    if (kind === "abort") controllers[of[0]!]!.abort(`reason ${of[0]}`);
    else {
      const signal = Signal.any(of.map((i) => signals[i % signals.length]!));
      watch(signal, signals.push(signal) - 1);
    }
    log.push(`${signals.map(({ aborted }) => aborted)}`);
  }
  return log;
}
