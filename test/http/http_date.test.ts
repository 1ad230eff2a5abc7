import assert from "node:assert/strict";
import { test } from "node:test";
import { DateCache } from "../../core/http/http_date.ts";

test("the date is IMF-fixdate and changes with the second", () => {
  let now = Date.UTC(1994, 10, 15, 8, 12, 31);
  const date = new DateCache(() => now);
  assert.equal(date.value(), "Tue, 15 Nov 1994 08:12:31 GMT");
  now += 999;
  assert.equal(date.value(), "Tue, 15 Nov 1994 08:12:31 GMT");
  now += 1;
  assert.equal(date.value(), "Tue, 15 Nov 1994 08:12:32 GMT");
});
