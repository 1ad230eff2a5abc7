import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodySink } from "../../core/http/body.ts";
import { PeekedBody } from "../../core/http/peeked_body.ts";
import { readBody } from "../../core/http/read_body.ts";
import { TestBody } from "../support/test_body.ts";

/** A body of which "abcd" was read, with a limit of 3. */
async function overfull() {
  const source = new TestBody();
  const body = new PeekedBody(source);
  const read = body.read(3);
  source.sink!.data(Buffer.from("ab"));
  assert.equal(source.sink!.data(Buffer.from("cd")), false);
  await assert.rejects(read, { status: 413, message: /at most 3 bytes, got 4/ });
  return { source, body };
}

test("a body is read whole", async () => {
  const source = new TestBody();
  const read = new PeekedBody(source).read(4);
  for (const text of ["ab", "cd"]) assert.equal(source.sink!.data(Buffer.from(text)), true);
  source.sink!.end();
  assert.equal((await read).toString(), "abcd");
});

test("one that nobody has read passes by untouched", async () => {
  const source = new TestBody(2);
  const sent = readBody(new PeekedBody(source), 10);
  source.sink!.data(Buffer.from("ab"));
  source.sink!.end();
  assert.equal((await sent).toString(), "ab");
});

test("a receiver that takes its time gets what was read piece by piece, and then the rest", async () => {
  const { source, body } = await overfull();
  const seen: string[] = [];
  const sink: BodySink = {
    data: (chunk) => seen.push(chunk.toString()) > 2,
    end: () => seen.push("end"),
    fail: () => {},
  };
  body.start(sink);
  assert.deepEqual(seen, ["ab"]);
  body.resume();
  assert.deepEqual(seen, ["ab", "cd"]);
  assert.equal(source.resumed, 0);
  body.resume();
  assert.equal(source.resumed, 1);
  source.sink!.data(Buffer.from("ef"));
  source.sink!.end();
  assert.deepEqual(seen, ["ab", "cd", "ef", "end"]);
});

test("what breaks off after it was read in part fails the receiver", async () => {
  const { source, body } = await overfull();
  const sent = readBody(body, 100);
  source.sink!.fail(new Error("reset"));
  await assert.rejects(sent, /reset/);
});

test("what breaks off before it is sent on fails it then", async () => {
  const { source, body } = await overfull();
  source.sink!.fail(new Error("reset"));
  await assert.rejects(readBody(body, 100), /reset/);
});

test("cancelling lets go of the source", async () => {
  const { source, body } = await overfull();
  body.cancel();
  assert.equal(source.cancelled, true);
});
