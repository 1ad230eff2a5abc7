import assert from "node:assert/strict";
import { test } from "node:test";
import { errorSummary } from "../../../core/script/failure/error_summary.ts";

const PLACE = { file: "/srv/site.ts", line: 3, column: 7, message: "of no importance" };

test("the summary of a stack is its first line and the place", () => {
  const stack = "TypeError: x is not a function\n    at f (lodestone:///a.test:9:9)";
  assert.equal(errorSummary(stack, PLACE), "TypeError: x is not a function (/srv/site.ts:3:7)");
  assert.equal(errorSummary("Error: one\ntwo\n    at f (x:1:1)", undefined), "Error: one");
});

test("the place that V8 appends to the message of a syntax error is told once", () => {
  const stack = "SyntaxError: Unterminated group [lodestone:///a.test:3:2]\n    at (<isolated-vm boundary>)";
  assert.equal(errorSummary(stack, PLACE), "SyntaxError: Unterminated group (/srv/site.ts:3:7)");
});

test("what was thrown and is no error is told as it is", () => {
  assert.equal(errorSummary("thrown: null", undefined), "thrown: null");
  assert.equal(errorSummary('thrown: {"a":1}', undefined), 'thrown: {"a":1}');
});

test("a stack without a message tells the place only", () => {
  assert.equal(errorSummary("    at f (lodestone:///a.test:9:9)", PLACE), "(/srv/site.ts:3:7)");
  assert.equal(errorSummary("", PLACE), "(/srv/site.ts:3:7)");
  assert.equal(errorSummary("", undefined), "");
});

test("control characters are escaped, also those of the file's name", () => {
  assert.equal(
    errorSummary("Error: \x1b[2J\r\x00\x9b\u2028\u202e", { ...PLACE, file: "/srv/a\nb.ts" }),
    "Error: \\u001b[2J\\u000d\\u0000\\u009b\\u2028\\u202e (/srv/a\\u000ab.ts:3:7)",
  );
});

test("the message is cut at 500 characters, whatever it is made of, and not within a character", () => {
  assert.equal(errorSummary("x".repeat(500), PLACE), `${"x".repeat(500)} (/srv/site.ts:3:7)`);
  for (const [text, cut] of [
    ["x".repeat(1e6), `${"x".repeat(500)}...`],
    ["\x00".repeat(1e6), `${"\\u0000".repeat(83)}...`],
    [`${"x".repeat(499)}😀`, `${"x".repeat(499)}...`],
  ] as const) {
    assert.equal(errorSummary(text, PLACE), `${cut} (/srv/site.ts:3:7)`);
  }
});
