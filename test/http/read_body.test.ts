import assert from "node:assert/strict";
import { test } from "node:test";
import { readBody } from "../../core/http/read_body.ts";
import { TestBody } from "../support/test_body.ts";

test("all chunks become one buffer", async () => {
  const source = new TestBody();
  const read = readBody(source, 10);
  for (const text of ["ab", "", "cd"]) assert.equal(source.sink!.data(Buffer.from(text)), true);
  source.sink!.end();
  assert.equal((await read).toString(), "abcd");
});

test("nothing is an empty buffer", async () => {
  const source = new TestBody(0);
  const read = readBody(source, 0);
  source.sink!.end();
  assert.equal((await read).length, 0);
});

test("a body that says it is too long is not even begun", async () => {
  const source = new TestBody(11);
  await assert.rejects(readBody(source, 10), { status: 413, code: "body_too_large_to_read" });
  assert.deepEqual([source.sink, source.cancelled], [undefined, true]);
});

test("a body that becomes too long is cancelled there", async () => {
  const source = new TestBody();
  const read = readBody(source, 3);
  assert.equal(source.sink!.data(Buffer.from("abc")), true);
  assert.equal(source.sink!.data(Buffer.from("d")), false);
  await assert.rejects(read, { status: 413 });
  assert.equal(source.cancelled, true);
});

test("a body that fails is a failure", async () => {
  const source = new TestBody();
  const read = readBody(source, 10);
  source.sink!.data(Buffer.from("abc"));
  source.sink!.fail(new Error("broken off"));
  await assert.rejects(read, /broken off/);
});
