import assert from "node:assert/strict";
import test from "node:test";
import { measureStart } from "./start.ts";

test("a start and reloads are timed, each with an answer of the version that it brings", {
  timeout: 60_000,
}, async () => {
  const { start, reload, saved } = await measureStart({ reloads: 2 });
  assert.ok(start > 0, `${start} ms`);
  assert.deepEqual([reload.length, saved.length], [2, 2]);
  for (const [i, time] of saved.entries())
    assert.ok(reload[i]! <= time, `${reload[i]} ms of work in ${time} ms`);
});
