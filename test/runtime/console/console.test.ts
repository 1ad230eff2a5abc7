import assert from "node:assert/strict";
import { test } from "node:test";
import { createConsole } from "../../../core/runtime/console/console.ts";
import { Headers } from "../../../core/runtime/http/headers.ts";
import { createURLClasses } from "../../../core/runtime/url/url.ts";
import { hostUrl } from "../../../core/script/host/host_url.ts";

function recorded() {
  const lines: string[] = [];
  return { lines, console: createConsole((level, text) => lines.push(`${level} ${text}`)) };
}

function logged(...values: unknown[]): string {
  const { lines, console } = recorded();
  console.log(...values);
  return lines[0]!.slice("log ".length);
}

test("each method writes at its level", () => {
  const { lines, console } = recorded();
  console.log("a");
  console.info("a");
  console.warn("a");
  console.error("a");
  console.debug("a");
  console.dir({ a: 1 });
  console.assert(true, "no");
  console.assert(false, "yes", 1);
  assert.deepEqual(lines, [
    "log a",
    "info a",
    "warn a",
    "error a",
    "debug a",
    "log { a: 1 }",
    "error Assertion failed: yes 1",
  ]);
});

test("trace shows where it was called", () => {
  const { lines, console } = recorded();
  console.trace("here");
  assert.match(lines[0]!, /^trace here\nError: Trace\n {4}at /);
});

test("values are shown as their author would write them", () => {
  assert.equal(logged("text", 1, true, null, undefined, 10n, -0), "text 1 true null undefined 10n -0");
  assert.equal(
    logged({ a: 1, "b-c": "x", [Symbol("s")]: [1, [2]] }),
    '{ a: 1, "b-c": "x", [Symbol(s)]: [1, [2]] }',
  );
  assert.equal(logged([]), "[]");
  assert.equal(logged({}), "{}");
  assert.equal(logged(Object.assign(new Array(3), { 0: 1, 2: 3 })), "[1, <empty>, 3]");
  assert.equal(logged(new Map([["a", { b: 1 }]])), 'Map(1) { "a" => { b: 1 } }');
  assert.equal(logged(new Set([1, 2])), "Set(2) { 1, 2 }");
  assert.equal(logged(new Uint8Array([1, 2])), "Uint8Array(2) [1, 2]");
  assert.equal(logged(new Date(0)), "1970-01-01T00:00:00.000Z");
  assert.equal(logged(new Date(Number.NaN)), "Invalid Date");
  assert.equal(logged(/a/g), "/a/g");
  assert.equal(
    logged(function f() {}),
    "[Function: f]",
  );
  assert.equal(logged(class C {}), "[class: C]");
  assert.equal(logged(Object.create(null)), "[Object: null prototype] {}");
  assert.equal(
    logged(
      new (class Point {
        x = 1;
      })(),
    ),
    "Point { x: 1 }",
  );
  assert.match(logged(new TypeError("bad")), /^TypeError: bad\n {4}at /);
  assert.match(logged(new Error("outer", { cause: new Error("inner") })), /\[cause\]: Error: inner/);
});

test("the web classes show what they hold", () => {
  const { URL, URLSearchParams } = createURLClasses(hostUrl);
  assert.equal(logged(new Headers({ A: "1" })), 'Headers { a: "1" }');
  assert.equal(logged(new URL("http://h")), "http://h/");
  assert.equal(logged(new URLSearchParams("a=1")), "URLSearchParams { a=1 }");
});

test("placeholders are filled in", () => {
  assert.equal(logged("%s is %d, %i, %f", "x", 1.5, "2.9", "3.5"), "x is 1.5, 2, 3.5");
  assert.equal(logged("%j%%%c", { a: 1 }, "color: red"), "{ a: 1 }%");
  assert.equal(logged("100%", "%s"), "100% %s");
  assert.equal(logged("%s %x %s", "a"), "a %x %s");
  assert.equal(logged("%s", "a", "b"), "a b");
});

test("getters are not called", () => {
  let called = false;
  const value = {
    get a() {
      called = true;
      return 1;
    },
    set b(_: number) {},
  };
  assert.equal(logged(value), "{ a: [Getter], b: [Setter] }");
  assert.equal(called, false);
});

test("circles, depth and size are bounded", () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  assert.equal(logged(circle), "{ self: [Circular] }");
  assert.equal(logged({ a: { b: { c: { d: { e: 1 } } } } }), "{ a: { b: { c: { d: [Object] } } } }");
  assert.match(logged(new Array(1e6).fill(1)), /, \.\.\. 999950 more\]$/);
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, "x".repeat(1000)]));
  assert.ok(logged(wide, wide, wide).length < 20_000);
  assert.ok(logged("x".repeat(1e6)).length < 20_000);
  const bush = (depth: number): unknown =>
    depth === 0 ? 1 : Array.from({ length: 50 }, () => bush(depth - 1));
  assert.ok(logged(bush(3)).length < 20_000);
});

test("hostile values do no harm", () => {
  const throwing = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error("no");
      },
    },
  );
  assert.equal(logged(throwing), "[value that cannot be shown]");
  assert.equal(
    logged({
      get constructor() {
        throw new Error("no");
      },
    }),
    "{ constructor: [Getter] }",
  );
  const error = new Error("x");
  Object.defineProperty(error, "stack", {
    get() {
      throw new Error("no");
    },
  });
  assert.equal(logged(error), "[value that cannot be shown]");
});
