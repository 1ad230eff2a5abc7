import assert from "node:assert/strict";
import { test } from "node:test";
import { type IsolateHolder, LiveIsolates } from "../../../core/script/limits/live_isolates.ts";

class Holder implements IsolateHolder {
  isIdle = true;
  memory = 1_000;
  released = 0;

  release(): void {
    this.released++;
  }
}

const MUCH = 1_000_000;

/** So many holders, whose isolates were made in this order. */
function filled(count: number, limits: { live: number; memory: number }): [LiveIsolates, Holder[]] {
  const isolates = new LiveIsolates(limits, 100);
  isolates.close();
  const holders = Array.from({ length: count }, () => new Holder());
  for (const holder of holders) {
    isolates.makeRoom();
    isolates.add(holder);
  }
  return [isolates, holders];
}

const released = (holders: readonly Holder[]): number[] => holders.map((holder) => holder.released);

test("the isolate used least recently makes room for a new one", () => {
  const [isolates, holders] = filled(3, { live: 3, memory: MUCH });
  assert.deepEqual(released(holders), [0, 0, 0]);
  isolates.used(holders[0]!);
  isolates.makeRoom();
  assert.deepEqual(released(holders), [0, 1, 0]);
  assert.equal(isolates.size, 2);
  isolates.makeRoom();
  assert.equal(isolates.size, 2);
});

test("isolates with something under way stay, and the bound is kept as soon as it can be", () => {
  const [isolates, holders] = filled(3, { live: 3, memory: MUCH });
  for (const holder of holders) holder.isIdle = false;
  isolates.makeRoom();
  isolates.add(new Holder());
  isolates.makeRoom();
  assert.equal(isolates.size, 3);
  isolates.add(new Holder());
  isolates.add(new Holder());
  assert.equal(isolates.size, 5);
  holders[1]!.isIdle = true;
  isolates.look();
  assert.equal(isolates.size, 3);
  assert.deepEqual(released(holders), [0, 1, 0]);
});

test("isolates that have too much memory together are released, the one used least recently first", () => {
  const [isolates, holders] = filled(4, { live: 100, memory: 5_000 });
  isolates.look();
  assert.equal(isolates.memory, 4_000);
  holders[2]!.memory = 3_000;
  isolates.look();
  assert.equal(isolates.memory, 4_000, "nobody has used it, so nobody looks");
  isolates.used(holders[2]!);
  isolates.used(holders[3]!);
  isolates.look();
  assert.deepEqual(released(holders), [1, 0, 0, 0]);
  assert.equal(isolates.memory, 5_000);
});

test("what grows while it is in use is looked at again", () => {
  const [isolates, holders] = filled(2, { live: 100, memory: 5_000 });
  holders[0]!.isIdle = false;
  isolates.look();
  for (const holder of holders) holder.memory = 2_000;
  isolates.look();
  assert.equal(isolates.memory, 4_000);
});

test("an isolate that ended otherwise is forgotten with its memory", () => {
  const [isolates, holders] = filled(2, { live: 2, memory: MUCH });
  isolates.look();
  isolates.remove(holders[1]!);
  isolates.remove(holders[1]!);
  assert.deepEqual([isolates.size, isolates.memory], [1, 1_000]);
  isolates.makeRoom();
  assert.deepEqual(released(holders), [0, 0]);
});
