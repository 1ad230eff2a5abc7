import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodySink } from "../../core/http/body.ts";
import { ScriptBody } from "../../core/script/script_body.ts";

/** A receiver that takes `room` chunks and then waits. */
function receiver(room: number) {
  const seen: string[] = [];
  let left = room;
  const sink: BodySink = {
    data: (chunk) => {
      seen.push(chunk.toString());
      return --left > 0;
    },
    end: () => seen.push("end"),
    fail: (error) => seen.push(`fail: ${error.message}`),
  };
  return { seen, sink };
}

function observed() {
  const told: string[] = [];
  const body = new ScriptBody({
    taken: (operation) => told.push(`taken ${operation}`),
    refused: (operation) => told.push(`refused ${operation}`),
    abandoned: () => told.push("abandoned"),
    closed: () => told.push("closed"),
  });
  return { body, told };
}

test("a piece waits for its receiver, and the script is told when it is taken", () => {
  const { body, told } = observed();
  body.write(1, Buffer.from("a"));
  assert.deepEqual(told, []);
  const { seen, sink } = receiver(10);
  body.start(sink);
  assert.deepEqual(told, ["taken 1"]);
  body.write(2, Buffer.from("b"));
  body.end();
  assert.deepEqual(seen, ["a", "b", "end"]);
  assert.deepEqual(told, ["taken 1", "taken 2", "closed"]);
});

test("a slow receiver holds the script back", () => {
  const { body, told } = observed();
  const { sink, seen } = receiver(1);
  body.start(sink);
  body.write(1, Buffer.from("a"));
  assert.deepEqual(told, []);
  body.resume();
  assert.deepEqual(told, ["taken 1"]);
  assert.deepEqual(seen, ["a"]);
});

test("a second piece while one waits is refused", () => {
  const { body, told } = observed();
  body.write(1, Buffer.from("a"));
  body.write(2, Buffer.from("b"));
  assert.deepEqual(told, ["refused 2"]);
});

test("a receiver that leaves ends it: the piece that waits is refused, and all after it", () => {
  const { body, told } = observed();
  const { sink } = receiver(1);
  body.start(sink);
  body.write(1, Buffer.from("a"));
  body.cancel();
  body.write(2, Buffer.from("b"));
  assert.deepEqual(told, ["refused 1", "closed", "abandoned", "refused 2"]);
});

test("the script is told of a receiver that leaves between two pieces, and of none that has everything", () => {
  const between = observed();
  between.body.start(receiver(10).sink);
  between.body.write(1, Buffer.from("a"));
  between.body.cancel();
  assert.deepEqual(between.told, ["taken 1", "closed", "abandoned"]);
  const complete = observed();
  complete.body.end();
  complete.body.cancel();
  assert.deepEqual(complete.told, ["closed"]);
});

test("a failure reaches the receiver, also one that comes later", () => {
  const { body, told } = observed();
  body.fail(new Error("boom"));
  const { seen, sink } = receiver(1);
  body.start(sink);
  assert.deepEqual(seen, ["fail: boom"]);
  assert.deepEqual(told, ["closed"]);
});

test("a large piece goes out in parts, so that a slow but steady receiver shows", () => {
  const { body, told } = observed();
  const { seen, sink } = receiver(2);
  body.start(sink);
  body.write(1, Buffer.alloc(150_000, "x"));
  assert.deepEqual(
    seen.map((text) => text.length),
    [65_536, 65_536],
  );
  body.resume();
  assert.equal(seen[2]!.length, 18_928);
  assert.deepEqual(told, []);
  body.resume();
  assert.deepEqual(told, ["taken 1"]);
});
