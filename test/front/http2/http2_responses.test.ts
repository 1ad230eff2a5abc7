import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import type { BodySink, BodySource } from "../../../core/http/body.ts";
import { FailedBody } from "../../../core/http/failed_body.ts";
import { HeaderList } from "../../../core/http/header_list.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { FLAG, FRAME, frame, request, uint32 } from "../../support/http2_frames.ts";
import { testConfig } from "../../support/test_config.ts";
import { answer, eventually, readBody, startFront } from "../start_front.ts";
import { openRaw, openSession, responseOf, send } from "./http2_client.ts";

const POST = { ":method": "POST" };

/** Gives pieces out while the sink wants them, and counts. */
class EndlessBody implements BodySource {
  readonly length = undefined;
  given = 0;
  isCancelled = false;
  readonly #piece: Buffer;
  #sink: BodySink | undefined;

  constructor(size: number) {
    this.#piece = Buffer.alloc(size, "x");
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.resume();
  }

  resume(): void {
    let wants = true;
    while (wants && this.#sink !== undefined) {
      this.given += this.#piece.length;
      wants = this.#sink.data(this.#piece);
    }
  }

  cancel(): void {
    this.isCancelled = true;
    this.#sink = undefined;
  }
}

/** Sends a piece and then fails. */
class BrokenBody implements BodySource {
  readonly length = undefined;
  start(sink: BodySink): void {
    sink.data(Buffer.from("part"));
    setTimeout(() => sink.fail(new Error("the backend broke off")), 20);
  }
  resume(): void {}
  cancel(): void {}
}

describe("responses of HTTP/2", () => {
  it("have their fields in lower case, Date and Server, and none that concern a connection", async (t) => {
    const headers = HeaderList.from([
      ["Content-Type", "text/plain"],
      ["X-Twice", "1"],
      ["X-Twice", "2"],
      ["Connection", "x-hop"],
      ["X-Hop", "1"],
      ["Keep-Alive", "timeout=5"],
      ["Transfer-Encoding", "chunked"],
      ["Upgrade", "h2c"],
      ["Content-Length", "999"],
    ]);
    const front = await startFront(t, (incoming) => incoming.respond({ status: 200, headers }, "hello"));
    const session = await openSession(t, front.listener);
    const { status, headers: received, body } = await send(session);
    const { date, ...others } = received;
    assert.match(String(date), / GMT$/);
    assert.deepEqual(
      [status, body.toString(), Object.fromEntries(Object.entries(others))],
      [
        200,
        "hello",
        {
          ":status": 200,
          "content-type": "text/plain",
          "x-twice": "1, 2",
          "content-length": "5",
          server: "lodestone",
        },
      ],
    );
    assert.deepEqual(front.outcomes, [{ bytes: 5, error: undefined }]);
  });

  const bodiless: [
    what: string,
    method: string,
    status: number,
    declared: number | undefined,
    length: string | undefined,
  ][] = [
    ["HEAD", "HEAD", 200, undefined, "5"],
    ["HEAD with a declared length", "HEAD", 200, 1234, "1234"],
    ["204", "GET", 204, undefined, undefined],
    ["304", "GET", 304, undefined, undefined],
    ["304 with a declared length", "GET", 304, 99, "99"],
    ["205", "POST", 205, undefined, "0"],
  ];
  for (const [what, method, status, declaredLength, length] of bodiless) {
    it(`to ${what} have no body`, async (t) => {
      const front = await startFront(t, (incoming) => {
        const head = { status, headers: HeaderList.empty() };
        incoming.respond(declaredLength === undefined ? head : { ...head, declaredLength }, "hello");
      });
      const session = await openSession(t, front.listener);
      const response = await send(session, { ":method": method });
      assert.deepEqual(
        [response.status, response.headers["content-length"], response.body.length],
        [status, length, 0],
      );
      assert.deepEqual(front.outcomes, [{ bytes: 0, error: undefined }]);
    });
  }

  it("that are not valid become 500", async (t) => {
    const bad = [
      { status: 200, headers: HeaderList.from([["x y", "1"]]) },
      { status: 200, headers: HeaderList.from([["x", "1\r\ny: 2"]]) },
      { status: 200, headers: HeaderList.from([["x", "1\0"]]) },
      { status: 200, headers: HeaderList.from([["x", "\u0100"]]) },
      { status: 99, headers: HeaderList.empty() },
      { status: 600, headers: HeaderList.empty() },
    ];
    const front = await startFront(t, (incoming) => incoming.respond(bad.shift()!, "secret"));
    const session = await openSession(t, front.listener);
    while (bad.length > 0) {
      const { status, body } = await send(session);
      assert.equal(status, 500);
      assert.doesNotMatch(body.toString(), /secret/);
    }
    for (const { error } of front.outcomes)
      assert.match(String(error), /sending a response head: (not a field: "x|status (99|600))/);
  });

  it("with more fields than a client can be sent become 500, and the session goes on", async (t) => {
    const fields = (count: number) =>
      HeaderList.from(Array.from({ length: count }, (_, index) => [`x-${index}`, "v".repeat(1000)]));
    const counts = [70, 60];
    const front = await startFront(t, (incoming) => {
      incoming.inform(103, fields(70));
      incoming.respond({ status: 200, headers: fields(counts.shift()!) }, "answer");
    });
    const session = await openSession(t, front.listener);
    const statuses = [await send(session), await send(session)].map(({ status }) => status);
    assert.deepEqual([statuses, session.closed, session.destroyed], [[500, 200], false, false]);
    assert.match(String(front.outcomes[0]?.error), /fields of 7\d{4} bytes, HTTP\/2 sends at most 65536/);
  });

  it("of a handler that throws are 500", async (t) => {
    const front = await startFront(t, () => {
      throw new Error("oh");
    });
    const session = await openSession(t, front.listener);
    assert.equal((await send(session)).status, 500);
    assert.match(String(front.outcomes[0]?.error), /the handler threw/);
  });

  it("of 10 MB pass both ways, at hand and as they come", async (t) => {
    const front = await startFront(t, async (incoming) => {
      if (incoming.head.path === "/echo") answer(incoming, incoming.body);
      else answer(incoming, await readBody(incoming.body));
    });
    const session = await openSession(t, front.listener);
    const body = Buffer.alloc(10_000_000);
    for (let i = 0; i < body.length; i += 1000) body.writeUInt32BE(i, i);
    for (const path of ["/echo", "/collected"]) {
      const response = await send(session, { ...POST, ":path": path }, body);
      assert.ok(response.body.equals(body), path);
    }
    assert.deepEqual(
      front.outcomes.map(({ bytes, error }) => [bytes, error]),
      [
        [10_000_000, undefined],
        [10_000_000, undefined],
      ],
    );
  });

  it("are sent no faster than the client takes them", async (t) => {
    const body = new EndlessBody(16_384);
    const front = await startFront(t, (incoming) => answer(incoming, body));
    const client = await openRaw(t, front.listener);
    client.request(1, request());
    await eventually(() => client.body(1).length === 65_535, "the window is used up");
    await client.answers();
    assert.ok(body.given < 400_000, `${body.given} bytes were taken from the source`);
    client.write(
      frame(FRAME.windowUpdate, 0, 1, uint32(65_535)),
      frame(FRAME.windowUpdate, 0, 0, uint32(65_535)),
    );
    await eventually(() => client.body(1).length === 131_070, "more is sent");
    client.write(frame(FRAME.reset, 0, 1, uint32(8)));
    await eventually(() => body.isCancelled, "the source is cancelled");
    assert.match(String(front.outcomes[0]?.error), /client closed/);
  });

  it("wait while the session holds sessionMemory that its client does not take", async (t) => {
    const bodies: EndlessBody[] = [];
    const { http2 } = testConfig();
    const front = await startFront(
      t,
      (incoming) => {
        bodies.push(new EndlessBody(65_536));
        answer(incoming, bodies.at(-1));
      },
      {},
      { http2: { ...http2, sessionMemory: 1_048_576 } },
    );
    const client = await openRaw(t, front.listener, [4, 0]);
    for (let id = 1; id < 81; id += 2) client.request(id, request());
    assert.equal(await client.settled(79), "200");
    await client.answers();
    const given = () => bodies.reduce((sum, body) => sum + body.given, 0);
    assert.ok(given() <= 1_400_000, `${given()} bytes`);
    const waiting = bodies.findIndex((body) => body.given === 0);
    const id = 1 + 2 * waiting;
    // The first ones leave, and so its turn comes.
    client.write(...bodies.slice(0, 10).map((_, index) => frame(FRAME.reset, 0, 1 + 2 * index, uint32(8))));
    await eventually(() => bodies[waiting]!.given > 0, `the body of stream ${id} is begun`);
  });

  it("are cut off when the client takes nothing, at a window of zero as well", async (t) => {
    const sources: EndlessBody[] = [];
    const front = await startFront(
      t,
      (incoming) => {
        if (incoming.head.path === "/small") return answer(incoming, "hello");
        sources.push(new EndlessBody(16_384));
        answer(incoming, sources.at(-1));
      },
      { idleTimeout: 150 },
    );
    const client = await openRaw(t, front.listener, [4, 0]);
    client.request(1, request());
    client.request(3, request({ ":path": "/small" }));
    await eventually(() => front.outcomes.length === 2, "both exchanges end");
    for (const { error } of front.outcomes)
      assert.equal((error as { code?: string }).code, "client_too_slow");
    assert.ok(sources[0]!.isCancelled);
    await client.answers();
    assert.deepEqual([client.resetOf(1), client.resetOf(3)], ["INTERNAL_ERROR", "INTERNAL_ERROR"]);
    assert.equal(await client.answers(), true);
  });

  it("whose body fails are reset: what came never passes for complete, and other streams go on", async (t) => {
    const front = await startFront(t, (incoming) => {
      if (incoming.head.path === "/broken") answer(incoming, new BrokenBody());
      else if (incoming.head.path === "/failed") answer(incoming, new FailedBody(new Error("nothing came")));
      else answer(incoming, "hello");
    });
    const client = await openRaw(t, front.listener);
    client.request(1, request({ ":path": "/broken" }));
    client.request(3, request({ ":path": "/failed" }));
    client.request(5, request());
    await eventually(
      () => client.resetOf(1) !== undefined && client.resetOf(3) !== undefined,
      "both are reset",
    );
    await client.answers();
    assert.deepEqual(
      [client.resetOf(1), client.resetOf(3), client.ended(1), client.ended(3), client.ended(5)],
      ["INTERNAL_ERROR", "INTERNAL_ERROR", false, false, true],
    );
    assert.equal(client.body(1).toString(), "part");
  });

  it("shorter or longer than they said are reset", async (t) => {
    const body = (length: number): BodySource => ({
      length,
      start(sink) {
        sink.data(Buffer.from("hello"));
        sink.end();
      },
      resume() {},
      cancel() {},
    });
    const front = await startFront(t, (incoming) =>
      answer(incoming, body(Number(incoming.head.path.slice(1)))),
    );
    const client = await openRaw(t, front.listener);
    client.request(1, request({ ":path": "/4" }));
    client.request(3, request({ ":path": "/6" }));
    client.request(5, request({ ":path": "/5" }));
    await eventually(() => front.outcomes.length === 3, "all are over");
    await client.answers();
    assert.deepEqual([client.ended(1), client.ended(3), client.ended(5)], [false, false, true]);
    assert.deepEqual([client.resetOf(1), client.resetOf(3)], ["INTERNAL_ERROR", "INTERNAL_ERROR"]);
  });

  it("that come before the end of an upload are whole, and the client is asked to stop", async (t) => {
    const front = await startFront(t, (incoming) => answer(incoming, "enough"));
    const client = await openRaw(t, front.listener);
    for (let id = 1; id < 21; id += 2) {
      client.request(id, request(POST), FLAG.endHeaders);
      for (let i = 0; i < 15; i++) client.write(frame(FRAME.data, 0, id, Buffer.alloc(16_384)));
      await eventually(() => client.resetOf(id) !== undefined, "the stream is reset");
      assert.deepEqual([client.resetOf(id), client.ended(id)], ["NO_ERROR", true]);
      assert.equal(client.body(id).toString(), "enough");
    }
    // The window of the session is not used up by what nobody took.
    client.request(21, request());
    assert.equal(await client.settled(21), "200");
    for (const { error } of front.outcomes) assert.equal(error, undefined);
  });

  it("may have interim ones before them", async (t) => {
    const front = await startFront(t, (incoming: Incoming) => {
      incoming.inform(
        103,
        HeaderList.from([
          ["Link", "</a.css>"],
          ["Link", "</b.css>"],
        ]),
      );
      incoming.inform(101, HeaderList.empty());
      incoming.inform(200, HeaderList.empty());
      answer(incoming, "hello");
      incoming.inform(103, HeaderList.empty());
    });
    const session = await openSession(t, front.listener);
    const stream = session.request({});
    const response = responseOf(stream);
    const [interim] = (await once(stream, "headers")) as [Record<string, unknown>];
    assert.deepEqual([interim[":status"], interim.link], [103, "</a.css>, </b.css>"]);
    assert.equal((await response).status, 200);
  });

  it("are for nobody when the client has left: the exchange is told", async (t) => {
    let waiting: Incoming | undefined;
    const front = await startFront(t, (incoming) => {
      waiting = incoming;
    });
    const client = await openRaw(t, front.listener);
    client.request(1, request());
    await eventually(() => waiting !== undefined, "the request is there");
    client.socket.destroy();
    await eventually(() => front.outcomes.length === 1, "the exchange ends");
    const source = new EndlessBody(1);
    answer(waiting!, source);
    assert.ok(source.isCancelled);
    assert.equal((front.outcomes[0]!.error as { code?: string }).code, "client_closed");
  });

  it("made of the request's body end once when the client leaves in the middle", async (t) => {
    const front = await startFront(t, (incoming) => answer(incoming, incoming.body));
    const client = await openRaw(t, front.listener);
    for (const id of [1, 3]) {
      client.request(id, request(POST), FLAG.endHeaders);
      client.write(frame(FRAME.data, 0, id, "part"));
    }
    await eventually(() => client.body(3).length === 4, "the part comes back");
    client.write(frame(FRAME.reset, 0, 1, uint32(8)));
    await client.answers();
    assert.equal(front.outcomes.length, 1);
    client.socket.destroy();
    await eventually(() => front.listener.connections === 0, "the connection ends");
    assert.equal(front.outcomes.length, 2);
    for (const { error } of front.outcomes) assert.equal((error as { code?: string }).code, "client_closed");
  });

  it("reach a client that has ended its side", async (t) => {
    const front = await startFront(t, (incoming) => setTimeout(() => answer(incoming, "late"), 100));
    const client = await openRaw(t, front.listener);
    client.request(1, request());
    client.socket.end();
    await eventually(() => client.ended(1), "the response ends");
    await eventually(() => front.listener.connections === 0, "the connection ends");
    assert.equal(front.outcomes[0]?.error, undefined);
  });
});
