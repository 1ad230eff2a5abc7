import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyReader } from "../../core/http/body_reader.ts";
import { BytesBody } from "../../core/http/bytes_body.ts";
import { TestBody } from "../support/test_body.ts";

test("nothing is taken from the source before somebody asks", async () => {
  const source = new TestBody();
  const reader = new BodyReader(source);
  assert.equal(source.sink, undefined);
  const first = reader.read();
  assert.equal(source.sink!.data(Buffer.from("a")), false);
  assert.equal((await first)?.toString(), "a");
  assert.equal(source.resumed, 0);
  const second = reader.read();
  assert.equal(source.resumed, 1);
  source.sink!.data(Buffer.from("b"));
  assert.equal((await second)?.toString(), "b");
});

test("the end is undefined, also when it came before it was asked for", async () => {
  const source = new TestBody();
  const reader = new BodyReader(source);
  const first = reader.read();
  source.sink!.data(Buffer.from("a"));
  source.sink!.end();
  assert.equal((await first)?.toString(), "a");
  assert.equal(await reader.read(), undefined);
});

test("an empty chunk is not the end", async () => {
  const source = new TestBody();
  const first = new BodyReader(source).read();
  assert.equal(source.sink!.data(Buffer.alloc(0)), true);
  source.sink!.data(Buffer.from("a"));
  assert.equal((await first)?.toString(), "a");
});

test("what ends the body early rejects after the pieces before it", async () => {
  const source = new TestBody();
  const reader = new BodyReader(source);
  const first = reader.read();
  source.sink!.data(Buffer.from("a"));
  source.sink!.data(Buffer.from("b"));
  source.sink!.fail(new Error("reset"));
  await first;
  assert.equal((await reader.read())?.toString(), "b");
  await assert.rejects(reader.read(), /reset/);
});

test("cancelling ends the source and whoever waits", async () => {
  const source = new TestBody();
  const reader = new BodyReader(source);
  const read = reader.read();
  reader.cancel();
  assert.equal(source.cancelled, true);
  assert.equal(await read, undefined);
});

test("a reader that was cancelled gives the end, whatever had come", async () => {
  const source = new TestBody();
  const reader = new BodyReader(source);
  const first = reader.read();
  source.sink!.data(Buffer.from("a"));
  source.sink!.data(Buffer.from("b"));
  await first;
  reader.cancel();
  assert.equal(await reader.read(), undefined);
  assert.equal(await reader.read(), undefined);
});

test("a body at hand comes in its pieces", async () => {
  const reader = new BodyReader(new BytesBody(Buffer.alloc(150_000, "x")));
  const sizes: number[] = [];
  for (let piece = await reader.read(); piece !== undefined; piece = await reader.read())
    sizes.push(piece.length);
  assert.deepEqual(sizes, [65_536, 65_536, 18_928]);
});
