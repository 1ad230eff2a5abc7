import assert from "node:assert/strict";
import { test } from "node:test";
import { type FileReader, FileReads } from "../../core/files/file_reads.ts";

/** A reader that writes down when its turn comes. */
function reader(name: string, turns: string[]): FileReader {
  return { beginRead: () => void turns.push(name) };
}

test("reads begin at once as long as few are under way, then in turns", () => {
  const reads = new FileReads({ atOnce: 2 });
  const turns: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) reads.take(reader(name, turns));
  assert.deepEqual(turns, ["a", "b"]);
  reads.ended();
  assert.deepEqual(turns, ["a", "b", "c"]);
  reads.take(reader("a again", turns));
  for (let i = 0; i < 5; i++) reads.ended();
  assert.deepEqual(turns, ["a", "b", "c", "d", "e", "a again"]);
  reads.take(reader("f", turns));
  assert.equal(turns.at(-1), "f");
});

test("thousands may wait, and each has one turn", () => {
  const reads = new FileReads({ atOnce: 1 });
  const turns: string[] = [];
  for (let i = 0; i < 5_000; i++) reads.take(reader(String(i), turns));
  for (let i = 0; i < 5_000; i++) reads.ended();
  assert.deepEqual(
    turns,
    Array.from({ length: 5_000 }, (_, i) => String(i)),
  );
});
