import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../../../core/script/command_reader.ts";
import { OperationTable } from "../../../core/script/limits/operation_table.ts";

test("an operation is settled once and tells its exchange", () => {
  const table = new OperationTable(5);
  assert.equal(table.begin(1, 7), true);
  assert.equal(table.isWaiting(7), true);
  assert.equal(table.settle(1), 7);
  assert.equal(table.settle(1), undefined);
  assert.equal(table.isWaiting(7), false);
});

test("one too many does not fit, but can be failed", () => {
  const table = new OperationTable(1);
  assert.equal(table.begin(1, 7), true);
  assert.equal(table.begin(2, 7), false);
  assert.equal(table.settle(2), 7);
  table.settle(1);
  assert.equal(table.begin(3, 7), true);
});

test("a body that waits to be used counts until it is released", () => {
  const table = new OperationTable(1);
  table.begin(1, 7);
  table.hold(1);
  table.settle(1);
  assert.equal(table.begin(2, 7), false);
  table.settle(2);
  table.release(1);
  assert.equal(table.begin(3, 7), true);
});

for (const number of [3, 2, 0, -1]) {
  test(`operation ${number} after operation 3 is no new one`, () => {
    const table = new OperationTable(5);
    table.begin(3, 7);
    table.settle(3);
    assert.throws(() => table.begin(number, 7), ProtocolError);
  });
}
