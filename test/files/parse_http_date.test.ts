import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseHttpDate } from "../../core/files/parse_http_date.ts";

const EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37);
const NOW = Date.UTC(2025, 0, 1);

const ROWS: readonly [rule: string, text: string, expected: number | undefined][] = [
  ["5.6.7 IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE],
  ["5.6.7 rfc850-date", "Sunday, 06-Nov-94 08:49:37 GMT", EXAMPLE],
  ["5.6.7 asctime-date", "Sun Nov  6 08:49:37 1994", EXAMPLE],
  ["5.6.7 asctime-date with two digits", "Wed Nov 16 08:49:37 1994", Date.UTC(1994, 10, 16, 8, 49, 37)],
  ["5.6.7 two digits up to 50 years ahead", "Wednesday, 01-Jan-75 00:00:00 GMT", undefined],
  ["5.6.7 two digits, this century", "Tuesday, 01-Jan-75 00:00:00 GMT", Date.UTC(2075, 0, 1)],
  ["5.6.7 two digits more than 50 years ahead", "Thursday, 01-Jan-76 00:00:00 GMT", Date.UTC(1976, 0, 1)],
  ["5.6.7 leap second", "Sat, 31 Dec 2016 23:59:60 GMT", Date.UTC(2017, 0, 1)],
  ["29 February of a leap year", "Thu, 29 Feb 2024 00:00:00 GMT", Date.UTC(2024, 1, 29)],
  ["29 February of another year", "Sat, 29 Feb 2025 00:00:00 GMT", undefined],
  ["a wrong day of the week", "Mon, 06 Nov 1994 08:49:37 GMT", undefined],
  ["5.6.7 case-sensitive", "sun, 06 nov 1994 08:49:37 gmt", undefined],
  ["another time zone", "Sun, 06 Nov 1994 08:49:37 CET", undefined],
  ["a numeric time zone", "Sun, 06 Nov 1994 08:49:37 +0000", undefined],
  ["one digit of the day", "Sun, 6 Nov 1994 08:49:37 GMT", undefined],
  ["hour 24", "Sun, 06 Nov 1994 24:00:00 GMT", undefined],
  ["minute 60", "Sun, 06 Nov 1994 08:60:37 GMT", undefined],
  ["a month that straddles two", "Sun, 06 anF 1994 08:49:37 GMT", undefined],
  ["ISO 8601", "1994-11-06T08:49:37Z", undefined],
  ["13.1.4 a list of dates", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", undefined],
  ["white space", " Sun, 06 Nov 1994 08:49:37 GMT", undefined],
  ["a number", "784111777", undefined],
  ["nothing", "", undefined],
];

for (const [rule, text, expected] of ROWS) {
  test(`${rule}: ${JSON.stringify(text)}`, () => assert.equal(parseHttpDate(text, NOW), expected));
}

test("reads back every second that toUTCString writes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
      assert.equal(parseHttpDate(new Date(seconds * 1000).toUTCString(), NOW), seconds * 1000);
    }),
  );
});
