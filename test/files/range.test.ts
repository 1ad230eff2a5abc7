import assert from "node:assert/strict";
import { test } from "node:test";
import { contentRange, selectRange, unsatisfiedRange } from "../../core/files/range.ts";

type Expected = [start: number, length: number] | "unsatisfiable" | "ignored";

/** Rules are sections of RFC 9110. */
const ROWS: readonly [rule: string, field: string, size: number, expected: Expected][] = [
  ["14.1.2 first 500 bytes", "bytes=0-499", 10000, [0, 500]],
  ["14.1.2 second 500 bytes", "bytes=500-999", 10000, [500, 500]],
  ["14.1.2 final 500 bytes", "bytes=-500", 10000, [9500, 500]],
  ["14.1.2 from 9500", "bytes=9500-", 10000, [9500, 500]],
  ["14.1.2 first byte", "bytes=0-0", 10000, [0, 1]],
  ["14.1.2 last byte", "bytes=-1", 10000, [9999, 1]],
  ["14.1.2 last past the end", "bytes=9990-20000", 10000, [9990, 10]],
  ["14.1.2 everything", "bytes=0-", 10000, [0, 10000]],
  ["14.1.2 suffix longer than all", "bytes=-20000", 10000, [0, 10000]],
  ["14.1.2 first past the end", "bytes=10000-", 10000, "unsatisfiable"],
  ["14.1.2 first and last past the end", "bytes=10000-10001", 10000, "unsatisfiable"],
  ["14.1.2 suffix of nothing", "bytes=-0", 10000, "unsatisfiable"],
  ["14.1.1 last before first", "bytes=5-4", 10000, "ignored"],
  ["14.1.1 last before first, past the end", "bytes=20000-19999", 10000, "ignored"],
  ["14.1 unit in another case", "BYTES=0-4", 10000, [0, 5]],
  ["14.1 another unit", "seconds=0-4", 10000, "ignored"],
  ["14.2 several ranges, for now", "bytes=0-4,6-8", 10000, "ignored"],
  ["14.1.1 numbers too large to hold", `bytes=0-${"9".repeat(400)}`, 10000, [0, 10000]],
  ["14.1.1 first too large to hold", `bytes=${"9".repeat(400)}-`, 10000, "unsatisfiable"],
  ["14.1.1 suffix too large to hold", `bytes=-${"9".repeat(400)}`, 10000, [0, 10000]],
  ["14.1.1 a sign", "bytes=+1-4", 10000, "ignored"],
  ["14.1.1 two signs", "bytes=--4", 10000, "ignored"],
  ["14.1.1 hexadecimal", "bytes=0x1-4", 10000, "ignored"],
  ["14.1.1 a fraction", "bytes=1.5-4", 10000, "ignored"],
  ["14.1.1 white space", "bytes=0 - 4", 10000, "ignored"],
  ["14.1.1 nothing but a hyphen", "bytes=-", 10000, "ignored"],
  ["14.1.1 no hyphen", "bytes=4", 10000, "ignored"],
  ["14.1.1 no unit", "0-4", 10000, "ignored"],
  ["14.1.1 nothing", "", 10000, "ignored"],
  ["14.1.2 first byte of nothing", "bytes=0-", 0, "unsatisfiable"],
  ["14.4 the end of nothing cannot be expressed", "bytes=-5", 0, "ignored"],
  ["14.1.2 beyond 4 GB", "bytes=5000000000-5000000009", 6_000_000_000, [5_000_000_000, 10]],
];

for (const [rule, field, size, expected] of ROWS) {
  const shown = field.length > 40 ? `${field.slice(0, 40)}...` : field;
  test(`${rule}: ${shown} of ${size} is ${expected}`, () => {
    const range = selectRange(field, size);
    if (expected === "ignored") assert.equal(range, undefined);
    else if (expected === "unsatisfiable") assert.equal(range, "unsatisfiable");
    else assert.deepEqual(range, { start: expected[0], length: expected[1] });
  });
}

test("14.4: Content-Range of a part", () => {
  assert.equal(contentRange({ start: 42, length: 1192 }, 1234), "bytes 42-1233/1234");
});

test("14.4: Content-Range of a range that cannot be", () =>
  assert.equal(unsatisfiedRange(1234), "bytes */1234"));
