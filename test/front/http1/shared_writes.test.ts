import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedWrites } from "../../../core/front/http1/shared_writes.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { answer, startFront } from "../start_front.ts";

const BODY = 60_000;
/** More than the kernel takes for a client that does not read. */
const REQUESTS = 200;

test("a message is head and body in one piece, whatever was there before", () => {
  const writes = new SharedWrites();
  assert.equal(writes.join("head", Buffer.from("a long body")).toString(), "heada long body");
  assert.equal(writes.join("é", Buffer.from("b")).toString("latin1"), "éb");
  const large = writes.join("head", Buffer.alloc(100_000, "x"));
  assert.equal(large.toString(), `head${"x".repeat(100_000)}`);
});

test("memory that was lent is not written to again", () => {
  const writes = new SharedWrites();
  const first = writes.join("first", Buffer.from("body"));
  writes.lend();
  writes.join("other", Buffer.from("text"));
  assert.equal(first.toString(), "firstbody");
});

test("answers that the kernel does not take at once stay as they are while others are written", async (t) => {
  const bodyOf = ({ head }: Incoming): Uint8Array => Buffer.alloc(BODY, head.path.slice(1));
  const { connect } = await startFront(t, (incoming) => answer(incoming, bodyOf(incoming)));
  const get = (letter: string): string => `GET /${letter} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const [slow, quick] = [await connect(), await connect()];
  slow.socket.pause();
  slow.send(get("s").repeat(REQUESTS));
  for (let i = 0; i < 50; i++) {
    quick.send(get("q"));
    assert.ok((await quick.response()).body === "q".repeat(BODY), "the quick one's");
  }
  slow.socket.resume();
  for (let i = 0; i < REQUESTS; i++) {
    assert.ok((await slow.response()).body === "s".repeat(BODY), `number ${i} of the slow one`);
  }
});
