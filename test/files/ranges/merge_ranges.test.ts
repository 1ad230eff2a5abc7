import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { mergeRanges } from "../../../core/files/ranges/merge_ranges.ts";

/** From `0-4 6-9`, with the last byte in it, as in the field. */
function ranges(text: string) {
  return text.split(" ").map((range) => {
    const [first = 0, last = 0] = range.split("-").map(Number);
    return { start: first, length: last - first + 1 };
  });
}

for (const [asked, merged, why] of [
  ["5-9 0-1", "5-9 0-1", "those apart keep the order they were asked for in"],
  ["20-29 0-9 10-11", "20-29 0-11", "one that adjoins another stands where that one does"],
  ["10-11 40-49 0-9", "0-11 40-49", "and the other way round: where the first of them was asked for"],
  ["40-49 10-19 15-24 0-4", "40-49 10-24 0-4", "with others on both sides"],
  ["0-9 90-99 5-20", "0-20 90-99", "what comes later and overlaps does not move it back"],
  ["60-69 30-39 0-9 5-65", "0-69", "one that reaches over several joins all of them"],
  ["30-39 90-99 0-9 5-35", "0-39 90-99", "in the place of the first, although it is not the leftmost"],
  ["90-99 0-9 30-39 5-35", "90-99 0-39", "nor is the one that joins them"],
  ["0-99 10-19 20-29", "0-99", "one within another adds nothing, and takes nothing away"],
  ["10-19 50-59 12-13 0-99", "0-99", "a later one may hold all of them"],
  ["7-7 7-7 7-7", "7-7", "the same one again"],
  ["0-4 6-9", "0-4 6-9", "a gap of one byte stays"],
] as const) {
  test(`${asked} become ${merged}: ${why}`, () =>
    assert.deepEqual(mergeRanges(ranges(asked)), ranges(merged)));
}

test("every byte that was asked for is sent once and no other, each part where the first of it was asked for", () => {
  const range = fc.record({ start: fc.nat(60), length: fc.integer({ min: 1, max: 12 }) });
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 12 }), (asked) => {
      const given = JSON.stringify(asked);
      const merged = mergeRanges(asked);
      assert.equal(JSON.stringify(asked), given, "what was asked for stays as it is");
      const bytesOf = (all: readonly { start: number; length: number }[]) =>
        all.flatMap(({ start, length }) => Array.from({ length }, (_, i) => start + i));
      const wanted = [...new Set(bytesOf(asked))].sort((a, b) => a - b);
      assert.deepEqual(
        bytesOf(merged).sort((a, b) => a - b),
        wanted,
      );
      const firstAsked = merged.map((part) =>
        asked.findIndex(({ start }) => start >= part.start && start < part.start + part.length),
      );
      assert.deepEqual(
        firstAsked,
        [...firstAsked].sort((a, b) => a - b),
      );
    }),
  );
});
