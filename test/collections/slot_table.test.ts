import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SlotTable } from "../../core/collections/slot_table.ts";

describe("a table of slots", () => {
  it("gives each item a number of its own, in ascending order, beginning with 1", () => {
    const table = new SlotTable<string>();
    assert.deepEqual(
      ["a", "b", "c"].map((item) => table.add(item)),
      [1, 2, 3],
    );
    assert.deepEqual(table.entries(), [
      [1, "a"],
      [2, "b"],
      [3, "c"],
    ]);
    assert.equal(table.size, 3);
  });

  it("forgets an item for good: its number finds nothing, also when another item has its place", () => {
    const table = new SlotTable<string>();
    const gone = table.add("gone");
    assert.equal(table.delete(gone), true);
    assert.equal(table.delete(gone), false);
    for (let i = 0; i < 1_000; i++) {
      const slot = table.add("other");
      assert.equal(table.get(gone), undefined);
      assert.equal(table.has(gone), false);
      assert.equal(table.delete(gone), false, "another item in its place stays");
      assert.equal(table.delete(slot), true);
    }
    assert.equal(table.size, 0);
  });

  it("keeps items that stay long while thousands come and go, and finds room for any number", () => {
    const table = new SlotTable<number>();
    const kept = new Map<number, number>();
    for (let i = 0; i < 10_000; i++) {
      const slot = table.add(i);
      assert.ok(!kept.has(slot), `slot ${slot} is in use`);
      if (i % 7 === 0) kept.set(slot, i);
      else table.delete(slot);
    }
    assert.equal(table.size, kept.size);
    for (const [slot, item] of kept) assert.equal(table.get(slot), item);
    assert.deepEqual(
      table.entries(),
      [...kept].sort(([a], [b]) => a - b),
    );
  });

  it("knows nothing of 0, of numbers below it and of numbers that are none", () => {
    const table = new SlotTable<string>();
    table.add("a");
    for (const slot of [0, -1, -63, 1.5, Number.NaN, 2 ** 32 + 1, 65, Number.MAX_SAFE_INTEGER]) {
      assert.equal(table.get(slot), undefined, `${slot}`);
      assert.equal(table.has(slot), false, `${slot}`);
      assert.equal(table.delete(slot), false, `${slot}`);
    }
    assert.equal(table.get(1), "a");
  });
});
