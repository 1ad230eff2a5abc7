import assert from "node:assert/strict";
import test from "node:test";
import type { BodySink } from "../../core/http/body.ts";
import type { HttpError } from "../../core/http/http_error.ts";
import { TimedBody } from "../../core/http/timed_body.ts";
import { TimerWheel } from "../../core/http/timer_wheel.ts";
import { TestBody } from "../support/test_body.ts";
import { until } from "../support/until.ts";

/** Takes what comes; `isOpen` is what it tells the source. */
class Taker implements BodySink {
  isOpen = true;
  text = "";
  ended = 0;
  readonly errors: HttpError[] = [];

  data(chunk: Buffer): boolean {
    this.text += chunk.toString();
    return this.isOpen;
  }

  end(): void {
    this.ended++;
  }

  fail(error: Error): void {
    this.errors.push(error as HttpError);
  }
}

function timed(limit: number): { source: TestBody; body: TimedBody; sink: Taker } {
  const source = new TestBody(7);
  const body = new TimedBody(source, "sending a body", limit, new TimerWheel({ tick: 5 }));
  const sink = new Taker();
  assert.equal(body.length, 7);
  body.start(sink);
  return { source, body, sink };
}

/** Longer than the limits below. */
const pass = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 120));

test("what comes goes on, and its end", () => {
  const { source, sink } = timed(1000);
  assert.equal(source.sink!.data(Buffer.from("a")), true);
  sink.isOpen = false;
  assert.equal(source.sink!.data(Buffer.from("b")), false);
  source.sink!.end();
  assert.deepEqual([sink.text, sink.ended, sink.errors, source.cancels], ["ab", 1, [], 0]);
});

test("a source that brings nothing is cancelled, and the body fails", async () => {
  const { source, sink } = timed(30);
  await until("the body fails", () => sink.errors.length > 0);
  assert.deepEqual([sink.errors[0]!.status, sink.errors[0]!.code, source.cancels], [504, "body_stalled", 1]);
  source.sink!.data(Buffer.from("late"));
  source.sink!.end();
  assert.deepEqual([sink.text, sink.ended, sink.errors.length], ["", 0, 1]);
});

test("a sink that takes nothing is no fault of the source; its time begins when the sink goes on", async () => {
  const { source, body, sink } = timed(30);
  sink.isOpen = false;
  source.sink!.data(Buffer.from("a"));
  await pass();
  assert.deepEqual(sink.errors, []);
  body.resume();
  assert.equal(source.resumed, 1);
  await until("the body fails", () => sink.errors.length > 0);
});

test("a body that is over has no time any more", async () => {
  const [ended, failed, cancelled] = [timed(30), timed(30), timed(30)];
  ended.source.sink!.end();
  failed.source.sink!.fail(new Error("broken"));
  cancelled.body.cancel();
  await pass();
  assert.deepEqual([ended.sink.ended, ended.sink.errors, ended.source.cancels], [1, [], 0]);
  assert.deepEqual([failed.sink.errors.map(String), failed.source.cancels], [["Error: broken"], 0]);
  assert.deepEqual([cancelled.sink.errors, cancelled.source.cancels], [[], 1]);
});
