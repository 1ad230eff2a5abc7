import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFault } from "../../core/config/fault.ts";

const place = { file: "site.yaml", line: 3, message: "unknown key" };

test("a fault shows its place, its source line and a caret under the column", () => {
  assert.equal(
    formatFault({ ...place, column: 5, excerpt: "  - hots: [a]" }),
    "site.yaml:3:5: unknown key\n    - hots: [a]\n      ^",
  );
});

test("a fault without a source line is one line", () => {
  assert.equal(formatFault({ ...place, column: 1 }), "site.yaml:3:1: unknown key");
});

test("tabs before the column are repeated above the caret", () => {
  const [, source, caret] = formatFault({ ...place, column: 4, excerpt: "\t\ta\tb" }).split("\n");
  assert.equal(source, "  \t\ta\tb");
  assert.equal(caret, "  \t\t ^");
});

test("a character outside the basic plane takes one place above the caret", () => {
  const [, , caret] = formatFault({ ...place, column: 4, excerpt: "😀 x" }).split("\n");
  assert.equal(caret, "    ^");
});

test("of a very long line the part around the column is shown", () => {
  const excerpt = `${"a".repeat(5000)}!${"b".repeat(5000)}`;
  const [, source, caret] = formatFault({ ...place, column: 5001, excerpt }).split("\n");
  assert.ok(source!.length < 170);
  assert.equal(source![caret!.indexOf("^")], "!");
});

test("a column past the end of the line points just behind it", () => {
  const [, , caret] = formatFault({ ...place, column: 99, excerpt: "ab" }).split("\n");
  assert.equal(caret, "    ^");
});

test("control characters never reach the terminal", () => {
  const text = formatFault({
    ...place,
    message: "bad \u001b[2J",
    column: 1,
    excerpt: "\u001b]0;x\u0007\u202e",
  });
  assert.doesNotMatch(text, /[\u001b\u0007\u202e]/);
});
