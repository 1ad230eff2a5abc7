import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { eventClasses } from "./event_classes.ts";

type AnyTarget = globalThis.EventTarget;
const untyped = <T>(value: unknown): T => value as T;

test("an event is what its constructor was told", () => {
  const { Event, pass } = eventClasses();
  pass(12.3);
  const event = new Event("x", { bubbles: true, cancelable: 1, composed: true });
  assert.equal(event.type, "x");
  assert.deepEqual([event.bubbles, event.cancelable, event.composed], [true, true, true]);
  assert.equal(event.timeStamp, 12.3);
  assert.equal(event.isTrusted, false);
  assert.deepEqual([event.target, event.srcElement, event.currentTarget], [null, null, null]);
  assert.deepEqual([event.eventPhase, event.composedPath()], [0, []]);
  assert.equal(new Event(untyped(null)).type, "null");
  assert.throws(() => new (untyped<new () => object>(Event))(), TypeError);
  assert.throws(() => new Event("x", untyped(1)), TypeError);
  assert.throws(() => new Event(untyped(Symbol("x"))), TypeError);
});

test("members of an event's options are read in the order of Web IDL", () => {
  const { CustomEvent } = eventClasses();
  const read: string[] = [];
  const init = new Proxy({}, { get: (_, name) => void read.push(String(name)) });
  new CustomEvent("x", init);
  assert.deepEqual(read, ["bubbles", "cancelable", "composed", "detail"]);
});

test("isTrusted is a property of each event that scripts cannot change", () => {
  const { Event, createTrustedEvent } = eventClasses();
  const descriptor = Object.getOwnPropertyDescriptor(new Event("x"), "isTrusted")!;
  assert.deepEqual(
    [descriptor.configurable, descriptor.enumerable, descriptor.set, descriptor.get!.name],
    [false, true, undefined, "get isTrusted"],
  );
  assert.equal(descriptor.get, Object.getOwnPropertyDescriptor(new Event("y"), "isTrusted")!.get);
  assert.equal(createTrustedEvent("x").isTrusted, true);
  assert.throws(() => descriptor.get!.call({}), TypeError);
});

test("the classes look as Web IDL prescribes", () => {
  const { Event, EventTarget, CustomEvent } = eventClasses();
  assert.equal(String(new EventTarget()), "[object EventTarget]");
  assert.equal(String(new Event("x")), "[object Event]");
  assert.equal(String(new CustomEvent("x")), "[object CustomEvent]");
  assert.deepEqual([Event.length, CustomEvent.length, EventTarget.length], [1, 1, 0]);
  assert.equal(EventTarget.prototype.addEventListener.length, 2);
  assert.equal(EventTarget.prototype.removeEventListener.length, 2);
  assert.deepEqual(Object.keys(EventTarget.prototype), [
    "addEventListener",
    "removeEventListener",
    "dispatchEvent",
  ]);
  assert.equal(Object.getPrototypeOf(CustomEvent), Event);
  for (const holder of [Event, Event.prototype] as const) {
    assert.deepEqual(Object.getOwnPropertyDescriptor(holder, "AT_TARGET"), {
      value: 2,
      writable: false,
      enumerable: true,
      configurable: false,
    });
  }
  const inherited = Object.keys(globalThis.Event.prototype).filter((name) => name !== "isTrusted");
  assert.deepEqual(
    inherited.filter((name) => !Object.keys(Event.prototype).includes(name)),
    [],
  );
});

test("a CustomEvent carries its detail, null without one", () => {
  const { CustomEvent, Event } = eventClasses();
  const detail = { a: 1 };
  assert.equal(new CustomEvent("x", { detail }).detail, detail);
  assert.equal(new CustomEvent("x").detail, null);
  assert.ok(new CustomEvent("x") instanceof Event);
});

test("a listener is called with the event, and its target as this", () => {
  const { Event, EventTarget } = eventClasses();
  const target = new EventTarget();
  const event = new Event("x");
  let calls = 0;
  target.addEventListener("x", function (this: unknown, given: typeof event) {
    calls++;
    assert.equal(this, target);
    assert.equal(given, event);
    assert.deepEqual([given.target, given.currentTarget, given.eventPhase], [target, target, 2]);
    assert.deepEqual(given.composedPath(), [target]);
  });
  target.addEventListener("y", () => assert.fail());
  assert.equal(target.dispatchEvent(event), true);
  assert.equal(calls, 1);
  assert.deepEqual([event.target, event.currentTarget, event.eventPhase], [target, null, 0]);
  assert.deepEqual(event.composedPath(), []);
});

test("handleEvent is looked up at each event and called on its object", () => {
  const { Event, EventTarget, reported } = eventClasses();
  const target = new EventTarget();
  const seen: unknown[] = [];
  const listener: { handleEvent?: unknown } = {};
  target.addEventListener("x", listener);
  listener.handleEvent = function (this: unknown) {
    seen.push(this);
  };
  target.dispatchEvent(new Event("x"));
  assert.deepEqual(seen, [listener]);
  listener.handleEvent = 1;
  target.dispatchEvent(new Event("x"));
  assert.ok(reported[0] instanceof TypeError);
});

test("what a listener throws is reported and does not stop the others", () => {
  const { Event, EventTarget, reported } = eventClasses();
  const target = new EventTarget();
  const error = new Error("no");
  let called = false;
  target.addEventListener("x", () => {
    throw error;
  });
  target.addEventListener("x", () => {
    called = true;
  });
  assert.equal(target.dispatchEvent(new Event("x")), true);
  assert.deepEqual(reported, [error]);
  assert.equal(called, true);
});

test("an event that is being dispatched cannot be dispatched again, later it can", () => {
  const { Event, EventTarget, reported } = eventClasses();
  const target = new EventTarget();
  const event = new Event("x");
  const names: string[] = [];
  target.addEventListener("x", () => {
    try {
      new EventTarget().dispatchEvent(event);
    } catch (error) {
      names.push((error as Error).name);
    }
  });
  target.dispatchEvent(event);
  target.dispatchEvent(event);
  assert.deepEqual(names, ["InvalidStateError", "InvalidStateError"]);
  assert.deepEqual(reported, []);
  assert.throws(() => target.dispatchEvent(untyped({ type: "x" })), TypeError);
});

test("dispatching by a script makes a trusted event untrusted", () => {
  const { EventTarget, createTrustedEvent } = eventClasses();
  const event = createTrustedEvent("x");
  new EventTarget().dispatchEvent(event);
  assert.equal(event.isTrusted, false);
});

test("only a cancelable event can be canceled, and not by a passive listener", () => {
  const { Event, EventTarget } = eventClasses();
  const cancel = (event: { preventDefault(): void }) => event.preventDefault();
  const result = (init: object, options?: object) => {
    const target = new EventTarget();
    target.addEventListener("x", cancel, options);
    const event = new Event("x", init);
    const returned = target.dispatchEvent(event);
    assert.equal(event.defaultPrevented, !returned);
    assert.equal(event.returnValue, returned);
    return returned;
  };
  assert.equal(result({ cancelable: true }), false);
  assert.equal(result({}), true);
  assert.equal(result({ cancelable: true }, { passive: true }), true);
  const event = new Event("x", { cancelable: true });
  event.returnValue = true;
  assert.equal(event.defaultPrevented, false);
  event.returnValue = false;
  event.returnValue = true;
  assert.equal(event.defaultPrevented, true);
});

test("propagation stopped before a dispatch keeps every listener from being called, once", () => {
  const { Event, EventTarget } = eventClasses();
  const target = new EventTarget();
  let calls = 0;
  target.addEventListener("x", () => void calls++);
  const event = new Event("x");
  event.cancelBubble = true;
  event.cancelBubble = false;
  assert.equal(event.cancelBubble, true);
  target.dispatchEvent(event);
  assert.equal(calls, 0);
  target.dispatchEvent(event);
  assert.equal(calls, 1);
});

test("listeners for capturing come first, each callback counts once with and once without", () => {
  const { Event, EventTarget } = eventClasses();
  const target = new EventTarget();
  const order: string[] = [];
  const add = (name: string, options?: unknown) => {
    const listener = (event: { eventPhase: number }) => void order.push(`${name}${event.eventPhase}`);
    target.addEventListener("x", listener, options);
    return listener;
  };
  const first = add("a");
  add("b", true);
  add("c", { capture: true });
  target.addEventListener("x", first, { capture: true, once: true });
  target.addEventListener("x", first, "capture");
  target.dispatchEvent(new Event("x"));
  assert.deepEqual(order.splice(0), ["b2", "c2", "a2", "a2"]);
  target.removeEventListener("x", first, { capture: false });
  target.dispatchEvent(new Event("x"));
  assert.deepEqual(order.splice(0), ["b2", "c2"]);
  target.addEventListener("x", first);
  target.addEventListener("x", (event: { stopPropagation(): void }) => event.stopPropagation(), true);
  target.dispatchEvent(new Event("x"));
  assert.deepEqual(order, ["b2", "c2"]);
});

test("of listeners changed during a dispatch the removed ones are left out, the added ones wait", () => {
  const { Event, EventTarget } = eventClasses();
  const target = new EventTarget();
  const order: string[] = [];
  const removed = () => void order.push("removed");
  const added = () => void order.push("added");
  target.addEventListener("x", () => {
    order.push("first");
    target.removeEventListener("x", removed);
    target.addEventListener("x", added);
  });
  target.addEventListener("x", removed);
  target.addEventListener("x", () => void order.push("last"), { once: true });
  target.dispatchEvent(new Event("x"));
  assert.deepEqual(order.splice(0), ["first", "last"]);
  target.dispatchEvent(new Event("x"));
  assert.deepEqual(order, ["first", "added"]);
});

test("initEvent starts an event over, except during its dispatch", () => {
  const { Event, EventTarget } = eventClasses();
  const event = new Event("x");
  event.initEvent("y", true, true);
  assert.deepEqual([event.type, event.bubbles, event.cancelable], ["y", true, true]);
  const target = new EventTarget();
  target.addEventListener("y", () => event.initEvent("z"));
  target.dispatchEvent(event);
  assert.equal(event.type, "y");
});

test("a signal removes its listener, and an aborted one keeps it from being added", () => {
  const { Event, EventTarget, AbortController, AbortSignal } = eventClasses();
  const target = new EventTarget();
  const controller = new AbortController();
  let calls = 0;
  target.addEventListener("x", () => void calls++, { signal: controller.signal });
  target.addEventListener("x", () => void calls++, { signal: AbortSignal.abort() });
  target.dispatchEvent(new Event("x"));
  controller.abort();
  target.dispatchEvent(new Event("x"));
  assert.equal(calls, 1);
  for (const signal of [null, {}, 1]) {
    assert.throws(() => target.addEventListener("x", null, { signal }), TypeError);
  }
});

test("listeners must be objects, options may be anything", () => {
  const { EventTarget } = eventClasses();
  const target = new EventTarget();
  for (const listener of [1, "x", true, Symbol("x")]) {
    assert.throws(() => target.addEventListener("x", listener), TypeError);
    assert.throws(() => target.removeEventListener("x", listener), TypeError);
  }
  target.addEventListener("x", null);
  target.addEventListener("x", undefined, Symbol("x"));
  target.removeEventListener("x", null, 1);
  assert.throws(
    () => untyped<{ addEventListener(type: string): void }>(target).addEventListener("x"),
    TypeError,
  );
});

test("EventTarget can be subclassed", () => {
  const { Event, EventTarget } = eventClasses();
  class Counter extends EventTarget {
    count = 0;
    constructor() {
      super();
      this.addEventListener("step", this);
    }
    handleEvent() {
      this.count++;
    }
  }
  const counter = new Counter();
  counter.dispatchEvent(new Event("step"));
  assert.equal(counter.count, 1);
  assert.throws(() => EventTarget.prototype.dispatchEvent.call(untyped({}), new Event("x")), TypeError);
});

const step = fc.record({
  action: fc.constantFrom("add", "remove", "dispatch"),
  type: fc.constantFrom("a", "b"),
  listener: fc.nat(3),
  once: fc.boolean(),
  passive: fc.boolean(),
});
/** What a listener does when it is called. */
const behaviour = fc.constantFrom(
  "nothing",
  "stop",
  "stopImmediate",
  "prevent",
  "removeNext",
  "nested",
  "object",
);

// Node calls listeners added on the way and has one order for those with and without capturing; its phase is 0 from
// the second listener on.
test("EventTarget agrees with Node's on any sequence of calls without capturing", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 20 }),
      fc.array(behaviour, { minLength: 4, maxLength: 4 }),
      (steps, behaviours) => {
        const { Event, EventTarget } = eventClasses();
        const ours = play(untyped(EventTarget), untyped(Event), steps, behaviours);
        const theirs = play(globalThis.EventTarget, globalThis.Event, steps, behaviours);
        assert.deepEqual(ours, theirs);
      },
    ),
    { numRuns: 500 },
  );
});

function play(
  Target: typeof globalThis.EventTarget,
  EventClass: typeof globalThis.Event,
  steps: (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
  behaviours: string[],
): string[] {
  const log: string[] = [];
  const target: AnyTarget = new Target();
  let depth = 0;
  const functions = behaviours.map((kind, i) => (event: Event) => {
    log.push(`${i} ${event.type} ${event.defaultPrevented}`);
    const next = functions[(i + 1) % functions.length]!;
    if (kind === "stop") event.stopPropagation();
    if (kind === "stopImmediate") event.stopImmediatePropagation();
    if (kind === "prevent") event.preventDefault();
    if (kind === "removeNext") target.removeEventListener(event.type, next);
    if (kind === "nested" && depth < 2) {
      depth++;
      target.dispatchEvent(new EventClass("b"));
      depth--;
    }
  });
  const listeners = functions.map((call, i) => (behaviours[i] === "object" ? { handleEvent: call } : call));
  for (const { action, type, listener, ...options } of steps) {
    if (action === "add") target.addEventListener(type, listeners[listener]!, options);
    else if (action === "remove") target.removeEventListener(type, listeners[listener]!);
    else log.push(`${target.dispatchEvent(new EventClass(type, { cancelable: true }))}`);
  }
  return log;
}
