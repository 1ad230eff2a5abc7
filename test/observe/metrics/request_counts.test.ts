import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestCounts } from "../../../core/observe/metrics/request_counts.ts";

function told(counts: RequestCounts): Record<string, number> {
  const all: Record<string, number> = {};
  counts.forEach((count, method, status, by) => {
    all[`${method} ${status} ${by}`] = count;
  });
  return all;
}

test("requests are counted by class of the method, status and who answered", () => {
  const counts = new RequestCounts();
  for (const method of ["GET", "HEAD", "GET"]) counts.add(method, 200, "script");
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) counts.add(method, 201, "backend");
  counts.add("PROPFIND", 405, "file");
  counts.add("GET", 200, "proxy");
  assert.deepEqual(told(counts), {
    "read 200 script": 3,
    "write 201 backend": 4,
    "other 405 file": 1,
    "read 200 proxy": 1,
  });
});

test("a script that answers with every status there is makes a bounded number of series, and none gets lost", () => {
  const counts = new RequestCounts();
  for (let round = 0; round < 2; round++)
    for (let status = 200; status < 600; status++) counts.add("GET", status, "script");
  const all = told(counts);
  assert.ok(Object.keys(all).length <= 64 + 4);
  assert.equal(all["read 200 script"], 2);
  assert.equal(all["read 5xx script"], 200);
  assert.equal(
    Object.values(all).reduce((sum, count) => sum + count),
    800,
  );
});
