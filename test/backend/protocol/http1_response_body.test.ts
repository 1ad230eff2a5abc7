import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { Http1ResponseBody } from "../../../core/backend/protocol/http1_response_body.ts";
import { ReadMemory } from "../../../core/backend/read_memory.ts";
import { type BodyFraming, CHUNKED, UNTIL_CLOSE } from "../../../core/http/body_framing.ts";

/** Plays the connection: gives pieces while reading is wanted, and remembers what it was told. */
class Connection {
  reading = true;
  outcome: "complete" | "surplus" | "abandoned" | undefined;

  pauseReading(): void {
    this.reading = false;
  }

  resumeReading(): void {
    this.reading = true;
  }

  bodyComplete(surplus: boolean): void {
    assert.equal(this.outcome, undefined);
    this.outcome = surplus ? "surplus" : "complete";
  }

  bodyAbandoned(): void {
    assert.equal(this.outcome, undefined);
    this.outcome = "abandoned";
  }
}

/** A receiver that refuses more after the chunks whose number is in `pauses`. */
class Receiver {
  readonly #pauses: ReadonlySet<number>;
  received = "";
  chunks = 0;
  paused = false;
  ended = 0;
  error: Error | undefined;

  constructor(pauses: readonly number[]) {
    this.#pauses = new Set(pauses);
  }

  data(chunk: Buffer): boolean {
    assert.equal(this.paused, false, "nothing comes while the receiver is paused");
    assert.equal(this.ended, 0, "nothing comes after the end");
    this.received += chunk.toString("latin1");
    this.paused = this.#pauses.has(this.chunks++);
    return !this.paused;
  }

  end(): void {
    this.ended++;
  }

  fail(error: Error): void {
    this.ended++;
    this.error = error;
  }
}

function split(text: string, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const to of [...at, text.length]) {
    if (to > from) pieces.push(Buffer.from(text.slice(from, to), "latin1"));
    from = to;
  }
  return pieces;
}

/** Delivers the pieces, resuming a paused receiver whenever nothing else can happen. */
function run(body: Http1ResponseBody, connection: Connection, receiver: Receiver, pieces: Buffer[]): void {
  body.start(receiver);
  for (let step = 0; step < 10_000; step++) {
    if (receiver.paused) {
      receiver.paused = false;
      body.resume();
    } else if (connection.outcome !== undefined || pieces.length === 0) return;
    else {
      assert.ok(connection.reading, "a receiver that is not paused gets more");
      body.receive(pieces.shift()!);
    }
  }
  assert.fail("never comes to an end");
}

const arrangement = {
  cuts: fc.array(fc.nat(200), { maxLength: 12 }),
  pauses: fc.array(fc.nat(12), { maxLength: 8 }),
  withHead: fc.boolean(),
};

function chunked(parts: readonly string[]): string {
  const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
  return `${chunks.join("")}0\r\n\r\n`;
}

test("however the bytes are cut and the receiver pauses, it gets the body exactly", () => {
  const parts = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 6 });
  const surplus = fc.constantFrom("", "x", "HTTP/1.1 200 OK\r\n\r\n");
  fc.assert(
    fc.property(fc.record({ parts, surplus, isChunked: fc.boolean(), ...arrangement }), (example) => {
      const text = example.parts.join("");
      if (!example.isChunked && text.length === 0) return;
      const framing: BodyFraming = example.isChunked ? CHUNKED : text.length;
      const bytes = (example.isChunked ? chunked(example.parts) : text) + example.surplus;
      const pieces = split(bytes, example.cuts);
      const connection = new Connection();
      const receiver = new Receiver(example.pauses);
      const body = new Http1ResponseBody(framing, connection, example.withHead ? pieces.shift() : undefined);
      run(body, connection, receiver, pieces);
      assert.equal(receiver.received, text);
      assert.equal(receiver.ended, 1);
      assert.equal(receiver.error, undefined);
      // What follows in a later piece is the connection's to notice.
      if (example.surplus === "") assert.equal(connection.outcome, "complete");
      else assert.ok(connection.outcome === "surplus" || pieces.length > 0);
    }),
  );
});

test("a body until close ends with the connection, after everything that had come", () => {
  fc.assert(
    fc.property(fc.record({ text: fc.string({ maxLength: 100 }), ...arrangement }), (example) => {
      const pieces = split(example.text, example.cuts);
      const connection = new Connection();
      const receiver = new Receiver(example.pauses);
      const body = new Http1ResponseBody(
        UNTIL_CLOSE,
        connection,
        example.withHead ? pieces.shift() : undefined,
      );
      run(body, connection, receiver, pieces);
      assert.equal(receiver.ended, 0);
      body.connectionEnded();
      assert.equal(receiver.received, example.text);
      assert.equal(receiver.ended, 1);
      assert.equal(receiver.error, undefined);
    }),
  );
});

test("what came before the connection ended waits for a receiver that has paused", () => {
  const connection = new Connection();
  const receiver = new Receiver([0]);
  const body = new Http1ResponseBody(CHUNKED, connection, undefined);
  body.start(receiver);
  body.receive(Buffer.from("1\r\na\r\n1\r\nb\r\n0\r\n\r\n"));
  body.connectionEnded();
  assert.equal(receiver.received, "a");
  assert.equal(receiver.ended, 0);
  receiver.paused = false;
  body.resume();
  assert.equal(receiver.received, "ab");
  assert.equal(receiver.ended, 1);
  assert.equal(receiver.error, undefined);
});

test("a receiver that cancels while it is given a chunk gets nothing more", () => {
  const connection = new Connection();
  const body = new Http1ResponseBody(CHUNKED, connection, undefined);
  let chunks = 0;
  body.start({
    data: () => {
      chunks++;
      body.cancel();
      return true;
    },
    end: () => assert.fail("ended after it was cancelled"),
    fail: () => assert.fail("failed after it was cancelled"),
  });
  body.receive(Buffer.from("1\r\na\r\n1\r\nb\r\n0\r\n\r\n"));
  assert.equal(chunks, 1);
  assert.equal(connection.outcome, "abandoned");
  body.cancel();
  body.resume();
  body.abort(new Error("late"));
});

test("a body that broke before anybody began to read it fails whoever begins", () => {
  const body = new Http1ResponseBody(10, new Connection(), Buffer.from("half"));
  body.abort(new Error("reset"));
  const receiver = new Receiver([]);
  body.start(receiver);
  assert.equal(receiver.error?.message, "reset");
  assert.equal(receiver.received, "");
  assert.equal(receiver.ended, 1);
});

/** Gives out memory once it came back, and remembers what did. */
class Memory extends ReadMemory {
  readonly back: Buffer[] = [];

  override giveBack(bytes: Buffer): void {
    this.back.push(bytes);
  }
}

test("a piece goes back when all of it was decoded and the receiver has no more use for its chunks", () => {
  const memory = new Memory();
  const [first, second, third] = [
    Buffer.from("1\r\na\r\n1\r\nb\r\n"),
    Buffer.from("1\r\nc\r\n"),
    Buffer.from("0\r\n\r\n"),
  ];
  const body = new Http1ResponseBody(CHUNKED, new Connection(), first, memory);
  const receiver = new Receiver([0]);
  body.start(receiver);
  body.reuse();
  assert.deepEqual(memory.back, [], "its second chunk has not been decoded");
  receiver.paused = false;
  body.resume();
  assert.deepEqual(memory.back, [], "the receiver has not said that it is done with the second chunk");
  body.reuse();
  assert.deepEqual(memory.back, [first]);
  body.reuse();
  assert.deepEqual(memory.back, [first], "once is enough");
  body.receive(second);
  body.receive(third);
  assert.deepEqual(memory.back, [first], "of the second piece the receiver may still have something");
  body.reuse();
  assert.equal(receiver.received, "abc");
  assert.deepEqual(memory.back, [first, third], "of several the one decoded last is known");
});
