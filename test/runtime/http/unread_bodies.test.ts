import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { HeldBody } from "../../../core/runtime/http/content.ts";
import { UnreadBodies } from "../../../core/runtime/http/unread_bodies.ts";
import type { Outbox } from "../../../core/runtime/turn/outbox.ts";
import { until } from "../../support/until.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("the host is told of bodies that are lost, and of none that is done or still there", async () => {
  const dropped: number[] = [];
  const dropBody = (_: number, handle: number): void => {
    dropped.push(handle);
  };
  const unread = new UnreadBodies({ dropBody } as unknown as Outbox);
  let handle = 0;
  const add = (count: number): HeldBody[] =>
    Array.from({ length: count }, () => {
      const held = new HeldBody(0, ++handle);
      unread.add(held);
      return held;
    });
  // Those with the numbers 1 to 64: the first half comes to its end, and is held all the time.
  let bodies: HeldBody[] = add(63);
  for (const held of bodies.slice(0, 32)) held.isDone = true;
  bodies.push(...add(1));
  assert.equal(dropped.length, 0);
  const kept = bodies.slice(-2);
  bodies = [];
  await until("lost ones are noticed", () => {
    collectGarbage();
    add(64);
    return dropped.includes(33);
  });
  assert.deepEqual(
    dropped.filter((each) => each <= 32),
    [],
    "of what is done nothing is left to be dropped",
  );
  for (const held of kept) assert.ok(!dropped.includes(held.handle));
});
