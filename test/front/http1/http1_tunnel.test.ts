import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { BodySink, BodySource } from "../../../core/http/body.ts";
import { HeaderList } from "../../../core/http/header_list.ts";
import type { HttpError } from "../../../core/http/http_error.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { TestBody } from "../../support/test_body.ts";
import { eventually, startFront } from "../start_front.ts";

const OFFER = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n";
const SWITCHED = { status: 101, headers: HeaderList.from([["Upgrade", "chat"]]) };

/** Gives a tunnel to whoever comes. */
function switching(down: BodySource, begin: (up: BodySource) => void): (incoming: Incoming) => void {
  return (incoming) => begin(incoming.switchProtocols(SWITCHED, down));
}

/** A front that gives a tunnel to its one client; `upload` waits for what the client sends in it, which nobody takes yet. */
async function startUploading(t: TestContext) {
  let up: BodySource | undefined;
  const handler = switching(new TestBody(), (source) => {
    up = source;
  });
  const front = await startFront(t, handler);
  const upload = async (): Promise<BodySource> => {
    await eventually(() => up !== undefined, "the tunnel");
    return up!;
  };
  return { front, client: await front.connect(), upload };
}

/** A sink that takes one chunk at a time. */
class ReluctantSink implements BodySink {
  readonly chunks: string[] = [];
  ending: "end" | Error | undefined;
  /** Called within each chunk. */
  onData = (): void => {};

  data(chunk: Buffer): boolean {
    this.chunks.push(chunk.toString("latin1"));
    this.onData();
    return false;
  }

  end(): void {
    this.ending = "end";
  }

  fail(error: Error): void {
    this.ending = error;
  }
}

test("a sink may resume while it takes a chunk, and gets the next one", async (t) => {
  const sink = new ReluctantSink();
  const front = await startFront(
    t,
    switching(new TestBody(), (up) => {
      sink.onData = () => up.resume();
      up.start(sink);
    }),
  );
  const client = await front.connect();
  client.send(OFFER);
  for (const text of ["one", "two", "three"]) {
    client.send(text);
    await eventually(() => sink.chunks.join("").endsWith(text), text);
  }
  client.socket.end();
  await eventually(() => sink.ending === "end", "the client's end");
});

test("each time it resumes it gets one chunk, and the end behind the last one", async (t) => {
  const sink = new ReluctantSink();
  let up: BodySource | undefined;
  const front = await startFront(
    t,
    switching(new TestBody(), (source) => {
      up = source;
      source.start(sink);
    }),
  );
  const client = await front.connect();
  client.send(OFFER);
  const sent: string[] = [];
  for (const text of ["one", "two", "three"]) {
    sent.push(text);
    client.send(text);
    if (sent.length > 1) {
      await front.settle();
      assert.deepEqual(sink.chunks, sent.slice(0, -1));
      up!.resume();
    }
    await eventually(() => sink.chunks.length === sent.length, text);
    assert.deepEqual(sink.chunks, sent);
  }
  client.send("four");
  client.socket.end();
  await front.settle();
  assert.deepEqual([sink.chunks.length, sink.ending], [3, undefined]);
  up!.resume();
  await eventually(() => sink.ending === "end", "the client's end");
  assert.equal(sink.chunks.at(-1), "four");
});

test("what a client sends is kept for a sink that comes later", async (t) => {
  const sink = new ReluctantSink();
  const { front, client, upload } = await startUploading(t);
  client.send(`${OFFER}early`);
  const up = await upload();
  await front.settle();
  up.start(sink);
  assert.deepEqual(sink.chunks, ["early"]);
});

test("what nobody takes any more is thrown away, and the connection ends with the other direction", async (t) => {
  const down = new TestBody();
  const late = new ReluctantSink();
  const front = await startFront(
    t,
    switching(down, (up) => {
      up.cancel();
      up.start(late);
    }),
  );
  const client = await front.connect();
  client.send(OFFER);
  client.send("x".repeat(5_000_000));
  await eventually(() => client.socket.writableLength === 0, "all is taken off the client");
  assert.deepEqual(front.outcomes, []);
  down.sink!.data(Buffer.from("bye"));
  down.sink!.end();
  await client.until(() => client.hasEnded && client.received.endsWith("bye"), "the end");
  client.socket.end();
  await eventually(() => front.outcomes.length === 1, "the outcome");
  assert.deepEqual(front.outcomes, [{ bytes: 3, error: undefined }]);
  assert.deepEqual([late.chunks, late.ending], [[], undefined]);
});

test("a sink that comes when the client has left is told of it", async (t) => {
  const sink = new ReluctantSink();
  const { front, client, upload } = await startUploading(t);
  client.send(OFFER);
  const up = await upload();
  client.socket.resetAndDestroy();
  await eventually(() => front.outcomes.length === 1, "the outcome");
  up.start(sink);
  assert.equal((sink.ending as HttpError).code, "client_closed");
});
