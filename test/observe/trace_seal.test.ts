import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { TraceStep } from "../../core/observe/trace.ts";
import { openTrace, sealTrace, traceKey } from "../../core/observe/trace_seal.ts";

const key = traceKey("a secret of a test");
const steps: TraceStep[] = [
  { at: 0.012, step: "request", id: "a-1", method: "GET", target: "/ä", site: "a.test" },
  { at: 1.5, step: "send", status: 200, by: "script" },
];

test("what was sealed can be opened with the same secret, and with no other", () => {
  const sealed = sealTrace(steps, key);
  assert.match(sealed, /^[A-Za-z0-9_-]+$/);
  assert.deepEqual(openTrace(sealed, key), steps);
  assert.equal(openTrace(sealed, traceKey("another secret")), undefined);
  assert.notEqual(sealTrace(steps, key), sealed);
});

test("what was touched, or is something else, cannot be opened", () => {
  const sealed = sealTrace(steps, key);
  for (let i = 0; i < sealed.length - 1; i += 7) {
    const other = sealed[i] === "A" ? "B" : "A";
    assert.equal(openTrace(sealed.slice(0, i) + other + sealed.slice(i + 1), key), undefined);
  }
  for (const text of ["", "x", "a".repeat(30), sealed.slice(4)])
    assert.equal(openTrace(text, key), undefined);
});

test("a long trace keeps its beginning and its end", () => {
  const long: TraceStep[] = Array.from({ length: 900 }, (_, i) => ({
    at: i,
    step: "stat",
    path: randomBytes(20).toString("hex"),
    found: "nothing",
    took: 0.001,
  }));
  const sealed = sealTrace([steps[0]!, ...long, steps[1]!], key);
  assert.ok(sealed.length <= 4096 && sealed.length > 2000, String(sealed.length));
  const opened = openTrace(sealed, key)!;
  assert.deepEqual([opened[0], opened.at(-1)], steps);
  const [leftOut] = opened.filter((step) => step.step === "left out");
  assert.equal(leftOut?.steps, 902 - (opened.length - 1));
});

test("a few long steps still fit, or only it is told that there were some", () => {
  const long = (bytes: number): TraceStep => ({
    at: 1,
    step: "log",
    level: 30,
    text: randomBytes(bytes).toString("base64"),
  });
  for (const [bytes, count, told] of [
    [2000, 1, ["log"]],
    [2000, 2, ["log", "left out"]],
    [2000, 3, ["log", "left out"]],
    [4000, 1, ["left out"]],
    [4000, 2, ["left out"]],
  ] as const) {
    const sealed = sealTrace(
      Array.from({ length: count }, () => long(bytes)),
      key,
    );
    assert.ok(sealed.length <= 4096, `${count} steps: ${sealed.length}`);
    assert.deepEqual(
      openTrace(sealed, key)?.map(({ step }) => step),
      told,
    );
  }
});
