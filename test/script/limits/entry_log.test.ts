import assert from "node:assert/strict";
import { test } from "node:test";
import { EntryLog } from "../../../core/script/limits/entry_log.ts";

function entryLog() {
  const lines: string[] = [];
  return { lines, log: new EntryLog((level, text) => void lines.push(`${level} ${text}`)) };
}

test("lines pass with their level", () => {
  const { lines, log } = entryLog();
  log.line(30, "a");
  log.line(50, "b");
  log.end();
  assert.deepEqual(lines, ["30 a", "50 b"]);
});

test("lines beyond a thousand of one entry are counted, the next entry begins anew", () => {
  const { lines, log } = entryLog();
  for (let i = 0; i < 1500; i++) log.line(30, "x");
  log.end();
  assert.equal(lines.length, 1001);
  assert.match(lines.at(-1)!, /^40 .*500 lines/);
  log.line(30, "next");
  log.end();
  assert.equal(lines.at(-1), "30 next");
});

test("long lines are cut, and too many of them are left out", () => {
  const { lines, log } = entryLog();
  for (let i = 0; i < 10; i++) log.line(30, "x".repeat(200_000));
  log.end();
  assert.equal(lines[0]!.length, 16_384 + "30 ...".length);
  assert.ok(lines.length <= 7);
});

test("the host's own lines are not repeated within an entry", () => {
  const { lines, log } = entryLog();
  log.once(40, "dropped");
  log.once(40, "dropped");
  log.end();
  log.once(40, "dropped");
  assert.deepEqual(lines, ["40 dropped", "40 dropped"]);
});
