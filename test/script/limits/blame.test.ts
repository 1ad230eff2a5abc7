import assert from "node:assert/strict";
import { test } from "node:test";
import { CpuLimitReached } from "../../../core/script/guest_isolate.ts";
import { Blame, firstOfEach } from "../../../core/script/limits/blame.ts";

const struck = new CpuLimitReached(-1, 50, 50, "");
const starved = new CpuLimitReached(-1, 50, 5, "");
const request = { slot: 1, event: "R1\n", isWaiting: false, isAlone: true };

test("a request alone in its entry is to blame", () => {
  assert.equal(new Blame(() => {}).fateOf(request, struck), "fails");
});

test("one of several that only began goes in again", () => {
  assert.equal(new Blame(() => {}).fateOf({ ...request, isAlone: false }, struck), "again");
});

test("one of several that waits for the host goes on waiting", () => {
  assert.equal(new Blame(() => {}).fateOf({ ...request, isAlone: false, isWaiting: true }, struck), "waits");
});

test("what a settled operation went on with is lost with the others' microtasks", () => {
  assert.equal(new Blame(() => {}).fateOf({ ...request, event: "F3\n", isAlone: false }, struck), "fails");
});

test("a request on a busy machine gets more chances, but not many", () => {
  const lines: string[] = [];
  const blame = new Blame((_, text) => void lines.push(text));
  for (let i = 0; i < 3; i++) assert.equal(blame.fateOf(request, starved), "again");
  assert.equal(blame.fateOf(request, starved), "fails");
  assert.equal(lines.length, 3);
  blame.forget(1);
  assert.equal(blame.fateOf(request, starved), "again");
});

test("a request with operations under way is not run twice on a busy machine", () => {
  assert.equal(new Blame(() => {}).fateOf({ ...request, isWaiting: true }, starved), "fails");
});

test("each exchange of an entry is looked at once", () => {
  assert.deepEqual(firstOfEach([4, 4, 0, 5, 4, 0]), [0, 2, 3]);
});
