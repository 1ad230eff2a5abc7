import assert from "node:assert/strict";
import { test } from "node:test";
import { Trace } from "../../core/observe/trace.ts";
import type { Event } from "../../core/script/guest_isolate.ts";
import { TurnQueue } from "../../core/script/turn_queue.ts";
import { until } from "../support/until.ts";

interface Entry {
  readonly events: Event[];
  readonly slots: number[];
  readonly trace: Trace | undefined;
}

function recorded(): { queue: TurnQueue; entries: Entry[] } {
  const entries: Entry[] = [];
  const queue = new TurnQueue((events, slots, trace) => {
    if (events.length > 0) entries.push({ events, slots, trace });
  });
  return { queue, entries };
}

const newTrace = () => new Trace({ steps: 10, characters: 1000 });

for (const [whose, trace] of [
  ["requests", undefined],
  ["one traced request", newTrace()],
] as const) {
  test(`65 events of ${whose} go in as 64 and one, in their order`, async () => {
    const { queue, entries } = recorded();
    const all = Array.from({ length: 65 }, (_, i) => `T${i}`);
    for (const [i, event] of all.entries()) queue.add(event, i, undefined, trace);
    await until("all have gone in", () => entries.flatMap(({ events }) => events).length === 65);
    assert.deepEqual(
      entries.map(({ events }) => events.length),
      [64, 1],
    );
    assert.deepEqual(
      entries.flatMap(({ events }) => events),
      all,
    );
    assert.deepEqual(
      entries.flatMap(({ slots }) => slots),
      all.map((_, i) => i),
    );
    for (const entry of entries) assert.equal(entry.trace, trace);
  });
}

test("what is traced goes in by itself, each request for its own, and bytes stay with their event", async () => {
  const { queue, entries } = recorded();
  const [first, second] = [newTrace(), newTrace()];
  const bytes = new ArrayBuffer(1);
  queue.add("R1", 1, undefined, first);
  queue.add("R2", 2);
  queue.add("D3", 1, bytes, first);
  queue.add("R4", 4, undefined, second);
  queue.add("R5", 5);
  assert.deepEqual(queue.slotsOf("R"), [2, 5, 1, 4]);
  await until("all have gone in", () => entries.length === 3);
  assert.deepEqual(
    entries.map(({ events }) => events),
    [["R2", "R5"], ["R1", "D3", bytes], ["R4"]],
  );
  assert.deepEqual(
    entries.map(({ trace }) => trace),
    [undefined, first, second],
  );
});
