import assert from "node:assert/strict";
import test from "node:test";
import { RequestIds } from "../../core/observe/request_id.ts";

test("ids are short, safe in a URL and never the same", () => {
  const sources = Array.from({ length: 10 }, () => new RequestIds());
  const ids = sources.flatMap((source) => Array.from({ length: 1000 }, () => source.next()));
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[\w-]{8}-[0-9a-z]{1,8}$/);
});
