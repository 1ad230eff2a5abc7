import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { NumberTable } from "../../core/collections/number_table.ts";

/** Few, some of which want the same place, and some far apart. */
const numbers = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 40 }).map((n) => n * 16),
  fc.integer({ min: 1, max: 40 }).map((n) => 2 ** 40 + n * 4096),
);

describe("a table of numbers", () => {
  it("holds what a Map would, whatever comes and goes in whatever order", () => {
    const changes = fc.array(fc.tuple(numbers, fc.constantFrom("set", "set", "delete", "clear")), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(changes, (list) => {
        const table = new NumberTable<number>();
        const map = new Map<number, number>();
        for (const [i, [number, change]] of list.entries()) {
          if (change === "set") {
            table.set(number, i);
            map.set(number, i);
          } else if (change === "delete") assert.equal(table.delete(number), map.delete(number));
          else if (i % 50 === 0) {
            table.clear();
            map.clear();
          }
          assert.equal(table.size, map.size);
          for (const each of [number, number + 16, number - 1]) {
            assert.equal(table.get(each), map.get(each));
            assert.equal(table.has(each), map.has(each));
          }
        }
        assert.deepEqual(
          table.entries(),
          [...map].sort(([a], [b]) => a - b),
        );
      }),
    );
  });

  it("has no room for 0, for numbers below it and for what is none", () => {
    const table = new NumberTable<string>();
    for (const number of [0, -1, Number.NaN, Number.NEGATIVE_INFINITY]) {
      assert.throws(() => table.set(number, "a"), RangeError, `${number}`);
      assert.equal(table.has(number), false);
      assert.equal(table.get(number), undefined);
      assert.equal(table.delete(number), false);
    }
    assert.equal(table.size, 0);
  });

  it("stays quick when thousands of numbers want the same place", () => {
    const table = new NumberTable<number>();
    for (let i = 1; i <= 2_000; i++) table.set(i * 2 ** 20, i);
    for (let i = 1; i <= 2_000; i++) assert.equal(table.get(i * 2 ** 20), i);
    for (let i = 1; i <= 2_000; i++) assert.equal(table.delete(i * 2 ** 20), true);
    assert.equal(table.size, 0);
  });
});
