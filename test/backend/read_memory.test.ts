import assert from "node:assert/strict";
import { test } from "node:test";
import { ReadMemory } from "../../core/backend/read_memory.ts";

const bytes = (length: number, value = 7): Buffer => Buffer.alloc(length, value);

test("a large piece that comes back is the next one's memory", () => {
  const memory = new ReadMemory();
  const first = memory.copy(bytes(40_000));
  const second = memory.copy(bytes(40_000));
  assert.notEqual(first.buffer, second.buffer);
  memory.giveBack(first);
  const third = memory.copy(bytes(20_000, 9));
  assert.equal(third.buffer, first.buffer);
  assert.deepEqual(third, bytes(20_000, 9));
  assert.deepEqual(second, bytes(40_000), "what is still in use is left alone");
});

test("small pieces, what was read and memory of others are never handed out", () => {
  const memory = new ReadMemory();
  const foreign = Buffer.allocUnsafeSlow(65_536);
  const small = memory.copy(bytes(100));
  for (const each of [foreign, small, memory.buffer, Buffer.from("a")]) memory.giveBack(each);
  const used = new Set([foreign.buffer, small.buffer, memory.buffer.buffer]);
  for (let i = 0; i < 10; i++) assert.ok(!used.has(memory.copy(bytes(65_536)).buffer));
});

test("no more pieces are kept than a few", () => {
  const memory = new ReadMemory();
  const pieces = Array.from({ length: 100 }, () => memory.copy(bytes(65_536)));
  for (const piece of pieces) memory.giveBack(piece);
  const known = new Set(pieces.map(({ buffer }) => buffer));
  const again = Array.from({ length: 100 }, () => memory.copy(bytes(65_536)));
  assert.equal(again.filter(({ buffer }) => known.has(buffer)).length, 16);
});
