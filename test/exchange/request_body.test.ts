import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestBody } from "../../core/exchange/request_body.ts";
import { BytesBody } from "../../core/http/bytes_body.ts";
import { readBody } from "../../core/http/read_body.ts";

const source = () => new BytesBody(Buffer.from("payload"));

test("a body is sent on once", () => {
  const own = source();
  const body = new RequestBody(own);
  assert.equal(body.take(), own);
  assert.throws(() => body.take(), { status: 500, code: "body_used" });
});

test("a body that was read can be sent on as often as one likes", async () => {
  const body = new RequestBody(source());
  assert.equal((await body.read(100)).toString(), "payload");
  for (let i = 0; i < 2; i++) assert.equal((await readBody(body.take()!, 100)).toString(), "payload");
});

test("a body may be read as often as a script likes", async () => {
  const body = new RequestBody(source());
  const [first, second] = await Promise.all([body.read(100), body.read(100)]);
  assert.equal(first, second);
  assert.equal(await body.read(100), first);
});

test("a body that was sent on cannot be read, nor one that is being read be sent on", async () => {
  const sent = new RequestBody(source());
  sent.take();
  await assert.rejects(sent.read(100), { code: "body_used" });
  const reading = new RequestBody(source());
  const read = reading.read(100);
  assert.throws(() => reading.take(), { code: "body_used" });
  await read;
});

test("a body that is too long cannot be read, nor sent on any more", async () => {
  const body = new RequestBody(source());
  await assert.rejects(body.read(3), { status: 413 });
  assert.throws(() => body.take(), { code: "body_used" });
});

test("a request without a body reads as nothing and sends nothing on", async () => {
  const body = new RequestBody(undefined);
  assert.equal((await body.read(0)).length, 0);
  assert.equal(body.take(), undefined);
});
