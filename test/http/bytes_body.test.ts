import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodySink } from "../../core/http/body.ts";
import { BytesBody } from "../../core/http/bytes_body.ts";

/** A sink that takes what `wants` says and writes down what it got. */
class Sink implements BodySink {
  readonly got: (number | string)[] = [];
  wants = (): boolean => true;

  data(chunk: Buffer): boolean {
    this.got.push(chunk.length);
    return this.wants();
  }

  end(): void {
    this.got.push("end");
  }

  fail(): void {
    this.got.push("fail");
  }
}

const big = () => new BytesBody(Buffer.alloc(150_000));

test("bytes come in pieces and end", () => {
  const sink = new Sink();
  big().start(sink);
  assert.deepEqual(sink.got, [65_536, 65_536, 18_928, "end"]);
});

test("no bytes are just the end", () => {
  const sink = new Sink();
  new BytesBody(Buffer.alloc(0)).start(sink);
  assert.deepEqual(sink.got, ["end"]);
});

test("a sink that wants no more gets no more until it resumes", () => {
  const sink = new Sink();
  sink.wants = () => false;
  const body = big();
  body.start(sink);
  assert.deepEqual(sink.got, [65_536]);
  body.resume();
  assert.deepEqual(sink.got, [65_536, 65_536]);
});

test("a sink may resume from within", () => {
  const sink = new Sink();
  const body = big();
  sink.wants = () => {
    body.resume();
    return true;
  };
  body.start(sink);
  assert.deepEqual(sink.got, [65_536, 65_536, 18_928, "end"]);
});

test("after cancel nothing comes, not even the end", () => {
  for (const wants of [true, false]) {
    const sink = new Sink();
    const body = new BytesBody(Buffer.alloc(10));
    sink.wants = () => {
      body.cancel();
      return wants;
    };
    body.start(sink);
    body.resume();
    assert.deepEqual(sink.got, [10]);
  }
});

test("the end comes once", () => {
  const sink = new Sink();
  const body = big();
  body.start(sink);
  body.resume();
  assert.equal(sink.got.filter((each) => each === "end").length, 1);
});
