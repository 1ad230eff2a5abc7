import assert from "node:assert/strict";
import test from "node:test";
import { HeaderList } from "../../core/http/header_list.ts";
import { headerChanges } from "../../core/testing/header_changes.ts";

test("headers that were added, removed and changed are told apart, in order", () => {
  const before = HeaderList.from([
    ["Host", "a.test"],
    ["Cookie", "a=1"],
    ["Accept", "*/*"],
    ["X-Two", "1"],
    ["X-Two", "2"],
  ]);
  const after = HeaderList.from([
    ["host", "a.test"],
    ["accept", "text/html"],
    ["x-two", "1, 2"],
    ["x-new", ""],
  ]);
  assert.deepEqual(headerChanges(before, after), [
    { name: "cookie", before: "a=1" },
    { name: "accept", before: "*/*", after: "text/html" },
    { name: "x-new", after: "" },
  ]);
});
