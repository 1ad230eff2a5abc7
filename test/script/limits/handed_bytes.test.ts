import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../../../core/script/command_reader.ts";
import { HandedBytes } from "../../../core/script/limits/handed_bytes.ts";

const bytes = (...values: number[]) => new Uint8Array(values).buffer;

test("bytes are taken by their handle, once", () => {
  const handed = new HandedBytes(10);
  const one = handed.put(bytes(1));
  const two = handed.put(bytes(2, 2));
  assert.deepEqual([...handed.take(two)], [2, 2]);
  assert.deepEqual([...handed.take(one)], [1]);
  assert.throws(() => handed.take(one), ProtocolError);
});

test("what goes beyond the limit has handle 0, which cannot be taken", () => {
  const handed = new HandedBytes(3);
  assert.notEqual(handed.put(bytes(1, 2)), 0);
  assert.equal(handed.put(bytes(1, 2)), 0);
  assert.notEqual(handed.put(bytes(1)), 0);
  assert.throws(() => handed.take(0), ProtocolError);
});

test("taking makes room, and so does the end of an entry", () => {
  const handed = new HandedBytes(2);
  handed.take(handed.put(bytes(1, 2)));
  const kept = handed.put(bytes(1, 2));
  assert.notEqual(kept, 0);
  handed.clear();
  assert.throws(() => handed.take(kept), ProtocolError);
  assert.notEqual(handed.put(bytes(1, 2)), 0);
});

test("very many empty ones are too many, too", () => {
  const handed = new HandedBytes(2);
  for (let i = 0; i < 4096; i++) assert.notEqual(handed.put(bytes()), 0);
  assert.equal(handed.put(bytes()), 0);
});

test("handles of one entry mean nothing in the next", () => {
  const handed = new HandedBytes(10);
  const old = handed.put(bytes(1));
  handed.clear();
  handed.put(bytes(2));
  assert.throws(() => handed.take(old), ProtocolError);
});

for (const handle of [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY]) {
  test(`${handle} is no handle`, () => {
    const handed = new HandedBytes(10);
    handed.put(bytes(1));
    assert.throws(() => handed.take(handle), ProtocolError);
  });
}
