import assert from "node:assert/strict";
import { test } from "node:test";
import { errorText } from "../../../core/runtime/console/error_text.ts";

test("an error is told with the chain of its causes, each with its frames", () => {
  const root = new RangeError("root");
  const text = errorText(new Error("outer", { cause: new TypeError("inner", { cause: root }) }));
  assert.match(
    text,
    /^Error: outer\n {4}at .*\n\[cause\]: TypeError: inner\n {4}at [^[]*\n\[cause\]: RangeError: root\n {4}at /s,
  );
});

test("a cause may be of any type", () => {
  assert.match(errorText(new Error("outer", { cause: "plain" })), /\n\[cause\]: "plain"$/);
  assert.match(errorText(new Error("outer", { cause: { code: 7 } })), /\n\[cause\]: \{"code":7\}$/);
  assert.match(errorText(new Error("outer", { cause: undefined })), /\n\[cause\]: undefined$/);
});

test("the errors of an AggregateError are told, the first few of many", () => {
  const errors = Array.from({ length: 40 }, (_, i) => new Error(`number ${i}`));
  const text = errorText(new AggregateError(errors.slice(0, 2), "all"));
  assert.match(
    text,
    /^AggregateError: all\n.*\[errors\]\[0\]: Error: number 0\n.*\[errors\]\[1\]: Error: number 1\n/s,
  );
  assert.match(errorText(new AggregateError(errors, "all")), /number 4\n.*\n\[errors\]: 35 more$/s);
});

test("cycles, deep chains and long messages are bounded", () => {
  const circle = new Error("a");
  circle.cause = new Error("b", { cause: circle });
  assert.match(errorText(circle), /\[cause\]: Error: b\n.*\n\[cause\]: \[Circular\]$/s);
  let deep = new Error("last");
  for (let i = 0; i < 10_000; i++) deep = new Error(`level ${i}`, { cause: deep });
  assert.match(errorText(deep), /\n\[cause\]: \.\.\.$/);
  let wide: Error = new Error("x".repeat(5000));
  for (let i = 0; i < 6; i++) {
    wide = new AggregateError(
      Array.from({ length: 100 }, () => new Error("x".repeat(5000), { cause: wide })),
      "x".repeat(9000),
    );
  }
  assert.ok(errorText(wide).length < 16_384);
});

test("what throws while it is looked at is told without it", () => {
  const fails = (): never => {
    throw new Error("no");
  };
  const getter = Object.defineProperty(new Error("outer"), "cause", { get: fails });
  assert.match(errorText(getter), /^Error: outer\n/);
  const trap = new Proxy(new Error("inner"), { get: fails, getOwnPropertyDescriptor: fails });
  assert.match(errorText(new Error("outer", { cause: trap })), /^Error: outer\n/);
  assert.equal(errorText(trap), "thrown: a value that cannot be shown");
  assert.match(errorText(Object.assign(new Error("outer"), { errors: trap })), /^Error: outer\n/);
});

test("what is no error is told as what it is", () => {
  assert.equal(errorText("plain"), 'thrown: "plain"');
  assert.equal(errorText({ a: 1 }), 'thrown: {"a":1}');
  assert.equal(errorText(null), "thrown: null");
  assert.equal(errorText(7n), "thrown: 7");
  assert.equal(errorText(() => 1).startsWith("thrown: "), true);
});
