import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestBody } from "../../core/exchange/request_body.ts";
import { BytesBody } from "../../core/http/bytes_body.ts";
import { readBody } from "../../core/http/read_body.ts";
import { TestBody } from "../support/test_body.ts";

const source = () => new BytesBody(Buffer.from("payload"));

test("a body is sent on once", async () => {
  const body = new RequestBody(source());
  assert.equal((await readBody(body.take()!, 100)).toString(), "payload");
  assert.throws(() => body.take(), {
    status: 500,
    code: "body_used",
    message: /read as a stream or sent on/,
  });
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

test("a request without a body reads as nothing and sends nothing on", async () => {
  const body = new RequestBody(undefined);
  assert.equal((await body.read(0)).length, 0);
  assert.equal(body.take(), undefined);
});

test("a body too large to be read is sent on whole all the same", async () => {
  for (const length of [undefined, 20]) {
    const own = new TestBody(length);
    const body = new RequestBody(own);
    const read = body.read(10);
    read.catch(() => {});
    if (length === undefined) {
      assert.equal(own.sink!.data(Buffer.from("0123456")), true);
      assert.equal(own.sink!.data(Buffer.from("789abc")), false);
    }
    await assert.rejects(read, { status: 413, code: "body_too_large_to_read" });
    const sent = readBody(body.take()!, 100);
    if (length === undefined) assert.equal(own.resumed, 1);
    else own.sink!.data(Buffer.from("0123456789abc"));
    own.sink!.data(Buffer.from("defghij"));
    own.sink!.end();
    assert.equal((await sent).toString(), "0123456789abcdefghij");
  }
});

test("the rest of a body that nobody sends on is let go with the exchange", async () => {
  const own = new TestBody();
  const body = new RequestBody(own);
  const read = body.read(1);
  own.sink!.data(Buffer.from("ab"));
  await assert.rejects(read, { status: 413 });
  assert.equal(own.cancelled, false);
  body.release();
  assert.equal(own.cancelled, true);
});
