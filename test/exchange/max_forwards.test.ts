import assert from "node:assert/strict";
import test from "node:test";
import { spendForward } from "../../core/exchange/max_forwards.ts";
import { HeaderList } from "../../core/http/header_list.ts";

const cases: [
  method: string,
  given: string | undefined,
  left: string | undefined,
  status: number | undefined,
][] = [
  ["OPTIONS", "3", "2", undefined],
  ["TRACE", "1", "0", undefined],
  ["OPTIONS", "0", "0", 204],
  ["TRACE", "0", "0", 405],
  ["OPTIONS", undefined, undefined, undefined],
  ["OPTIONS", "-1", "-1", undefined],
  ["OPTIONS", "2, 3", "2, 3", undefined],
  ["GET", "0", "0", undefined],
];

for (const [method, given, left, status] of cases) {
  test(`${method} with Max-Forwards ${given}: ${status ?? `goes on with ${left}`}`, () => {
    const headers = HeaderList.from(given === undefined ? [] : [["Max-Forwards", given]]);
    const reply = spendForward(method, headers);
    assert.equal(reply?.status, status);
    assert.equal(headers.get("max-forwards"), left);
    if (reply !== undefined) assert.match(reply.headers.get("allow")!, /\bGET\b.*\bOPTIONS\b/);
  });
}
