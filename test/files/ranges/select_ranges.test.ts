import assert from "node:assert/strict";
import { test } from "node:test";
import { contentRange, unsatisfiedRange } from "../../../core/files/ranges/content_range.ts";
import { selectRanges } from "../../../core/files/ranges/select_ranges.ts";

/** Each range as first-last. */
type Expected = string | "unsatisfiable" | "ignored";

const nines = "9".repeat(400);
const list = (count: number, each: (i: number) => string) =>
  `bytes=${Array.from({ length: count }, (_, i) => each(i)).join(",")}`;

/** Rules are sections of RFC 9110. */
const ROWS: readonly [rule: string, field: string, size: number, expected: Expected][] = [
  ["14.1.2 first 500 bytes", "bytes=0-499", 10000, "0-499"],
  ["14.1.2 second 500 bytes", "bytes=500-999", 10000, "500-999"],
  ["14.1.2 final 500 bytes", "bytes=-500", 10000, "9500-9999"],
  ["14.1.2 from 9500", "bytes=9500-", 10000, "9500-9999"],
  ["14.1.2 first and last byte", "bytes=0-0,-1", 10000, "0-0 9999-9999"],
  ["14.1.2 first, middle and last 1000 bytes", "bytes= 0-999", 10000, "ignored"],
  ["14.1.2 the same without the space", "bytes=0-999,4500-5499,-1000", 10000, "0-999 4500-5499 9000-9999"],
  ["14.1.2 second 500 bytes in two ways: one", "bytes=500-600,601-999", 10000, "500-999"],
  ["14.1.2 second 500 bytes in two ways: other", "bytes=500-700,601-999", 10000, "500-999"],
  ["14.1.2 first byte", "bytes=0-0", 10000, "0-0"],
  ["14.1.2 last byte", "bytes=-1", 10000, "9999-9999"],
  ["14.1.2 last byte by its number", "bytes=9999-9999", 10000, "9999-9999"],
  ["14.1.2 last past the end", "bytes=9990-20000", 10000, "9990-9999"],
  ["14.1.2 last at the end", "bytes=9990-10000", 10000, "9990-9999"],
  ["14.1.2 everything", "bytes=0-", 10000, "0-9999"],
  ["14.1.2 everything by numbers", "bytes=0-9999", 10000, "0-9999"],
  ["14.1.2 suffix longer than all", "bytes=-20000", 10000, "0-9999"],
  ["14.1.2 suffix of all", "bytes=-10000", 10000, "0-9999"],
  ["14.1.2 first past the end", "bytes=10000-", 10000, "unsatisfiable"],
  ["14.1.2 first and last past the end", "bytes=10000-10001", 10000, "unsatisfiable"],
  ["14.1.2 suffix of nothing", "bytes=-0", 10000, "unsatisfiable"],
  ["14.1.2 suffix of nothing with zeros", "bytes=-000", 10000, "unsatisfiable"],
  ["14.1.2 leading zeros", "bytes=000-0004", 10000, "0-4"],
  ["14.1.1 last before first", "bytes=5-4", 10000, "ignored"],
  ["14.1.1 last before first, past the end", "bytes=20000-19999", 10000, "ignored"],
  ["14.1.1 last before first in one of two", "bytes=0-1,5-4", 10000, "ignored"],
  ["14.1 unit in another case", "BYTES=0-4", 10000, "0-4"],
  ["14.1 unit in mixed case", "Bytes=0-4", 10000, "0-4"],
  ["5.6.1 very much white space takes no time", `bytes=0-1${" ".repeat(60_000)}x`, 10000, "ignored"],
  ["5.6.1 nor around commas", `bytes=0-1${" ".repeat(60_000)},${"\t".repeat(60_000)}3-4`, 10000, "0-1 3-4"],
  ["14.1 another unit", "seconds=0-4", 10000, "ignored"],
  ["14.1 a unit that begins alike", "bytesx=0-4", 10000, "ignored"],
  ["14.1 nothing after the unit", "bytes=", 10000, "ignored"],
  ["14.1 a space before the equals sign", "bytes =0-4", 10000, "ignored"],
  ["14.1 no equals sign", "bytes 0-4", 10000, "ignored"],
  ["14.1 two fields joined", "bytes=0-1, bytes=3-4", 10000, "ignored"],
  ["14.2 two ranges", "bytes=0-4,6-8", 10000, "0-4 6-8"],
  ["14.2 order as asked", "bytes=6-8,0-4", 10000, "6-8 0-4"],
  ["14.2 order as asked, suffix first", "bytes=-2,0-1", 10000, "9998-9999 0-1"],
  ["15.3.7.2 adjoining ones are one", "bytes=0-4,5-8", 10000, "0-8"],
  ["15.3.7.2 adjoining the other way round", "bytes=5-8,0-4", 10000, "0-8"],
  ["15.3.7.2 overlapping ones are one", "bytes=0-5,3-8", 10000, "0-8"],
  ["15.3.7.2 the same twice", "bytes=3-8,3-8", 10000, "3-8"],
  ["15.3.7.2 one within another", "bytes=0-99,3-8", 10000, "0-99"],
  ["15.3.7.2 merged where the first was asked", "bytes=20-29,0-4,3-9", 10000, "20-29 0-9"],
  ["15.3.7.2 a third joins two", "bytes=0-4,10-14,5-9", 10000, "0-14"],
  ["15.3.7.2 suffix and open range overlap", "bytes=9000-,-500", 10000, "9000-9999"],
  ["15.3.7.2 a gap of one byte stays", "bytes=0-4,6-9", 10000, "0-4 6-9"],
  ["14.1.2 one of two past the end", "bytes=0-4,20000-", 10000, "0-4"],
  ["14.1.2 one of three past the end", "bytes=0-4,20000-,8-9", 10000, "0-4 8-9"],
  ["14.1.2 all past the end", "bytes=10000-,20000-20001,-0", 10000, "unsatisfiable"],
  ["5.6.1 white space around commas", "bytes=0-4 , 6-8\t,\t10-11", 10000, "0-4 6-8 10-11"],
  ["5.6.1 empty elements", "bytes=,0-4,,6-8,", 10000, "0-4 6-8"],
  ["5.6.1 nothing but commas", "bytes=,,,", 10000, "ignored"],
  ["5.6.1 another separator", "bytes=0-4;6-8", 10000, "ignored"],
  ["14.1.1 numbers too large to hold", `bytes=0-${nines}`, 10000, "0-9999"],
  ["14.1.1 first too large to hold", `bytes=${nines}-`, 10000, "unsatisfiable"],
  ["14.1.1 both too large to hold", `bytes=${nines}-${nines}`, 10000, "unsatisfiable"],
  ["14.1.1 suffix too large to hold", `bytes=-${nines}`, 10000, "0-9999"],
  ["14.1.1 64 bits", "bytes=18446744073709551615-18446744073709551616", 10000, "unsatisfiable"],
  ["14.1.1 64 bits and one", "bytes=0-18446744073709551616", 10000, "0-9999"],
  ["14.1.1 a sign", "bytes=+1-4", 10000, "ignored"],
  ["14.1.1 two signs", "bytes=--4", 10000, "ignored"],
  ["14.1.1 hexadecimal", "bytes=0x1-4", 10000, "ignored"],
  ["14.1.1 a fraction", "bytes=1.5-4", 10000, "ignored"],
  ["14.1.1 an exponent", "bytes=1e1-40", 10000, "ignored"],
  ["14.1.1 digits of another script", "bytes=\u0661-\u0664", 10000, "ignored"],
  ["14.1.1 white space within", "bytes=0 - 4", 10000, "ignored"],
  ["14.1.1 three numbers", "bytes=0-4-8", 10000, "ignored"],
  ["14.1.1 nothing but a hyphen", "bytes=-", 10000, "ignored"],
  ["14.1.1 no hyphen", "bytes=4", 10000, "ignored"],
  ["14.1.1 a star", "bytes=*", 10000, "ignored"],
  ["14.1.1 no unit", "0-4", 10000, "ignored"],
  ["14.1.1 nothing", "", 10000, "ignored"],
  ["14.1.2 first byte of nothing", "bytes=0-", 0, "unsatisfiable"],
  ["14.1.2 several of nothing", "bytes=0-,5-6", 0, "unsatisfiable"],
  ["14.4 the end of nothing cannot be expressed", "bytes=-5", 0, "ignored"],
  ["14.4 nor among others", "bytes=0-0,-5", 0, "ignored"],
  ["14.1.2 the only byte", "bytes=0-0,-1", 1, "0-0"],
  ["14.1.2 beyond 4 GB", "bytes=5000000000-5000000009", 6_000_000_000, "5000000000-5000000009"],
  [
    "14.2 fifty parts",
    list(50, (i) => `${2 * i}-${2 * i}`),
    10000,
    list(50, (i) => `${2 * i}-${2 * i}`)
      .slice(6)
      .replaceAll(",", " "),
  ],
  ["14.2 more than fifty parts", list(51, (i) => `${2 * i}-${2 * i}`), 10000, "ignored"],
  ["14.2 many that adjoin are one", list(200, (i) => `${i}-${i}`), 10000, "0-199"],
  ["14.2 more than two hundred, although they overlap", list(201, () => "0-"), 10000, "ignored"],
  ["14.2 the killer of 2011", `bytes=0-,${list(1300, (i) => `5-${i}`).slice(6)}`, 10000, "ignored"],
  [
    "14.2 the killer of 2011 without faults",
    `bytes=0-,${list(1300, (i) => `5-${i + 5}`).slice(6)}`,
    10000,
    "ignored",
  ],
  ["14.2 many, none satisfiable", list(1000, (i) => `${20000 + 2 * i}-`), 10000, "unsatisfiable"],
  ["14.2 many, one satisfiable", list(1000, (i) => `${9999 + 2 * i}-`), 10000, "9999-9999"],
];

for (const [rule, field, size, expected] of ROWS) {
  const shown = field.length > 40 ? `${field.slice(0, 40)}...` : field;
  test(`${rule}: ${shown} of ${size} is ${expected}`, () => {
    const ranges = selectRanges(field, size);
    if (ranges === undefined) assert.equal("ignored", expected);
    else if (typeof ranges === "string") assert.equal(ranges, expected);
    else assert.equal(ranges.map((r) => `${r.start}-${r.start + r.length - 1}`).join(" "), expected);
  });
}

test("14.4: Content-Range of a part", () => {
  assert.equal(contentRange({ start: 42, length: 1192 }, 1234), "bytes 42-1233/1234");
});

test("14.4: Content-Range of a range that cannot be", () =>
  assert.equal(unsatisfiedRange(1234), "bytes */1234"));
