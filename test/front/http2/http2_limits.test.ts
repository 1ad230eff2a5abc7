import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Http2Config, HttpConfig } from "../../../core/config/config.ts";
import {
  FLAG,
  FRAME,
  frame,
  headerBlock,
  headers,
  hpackInteger,
  hpackText,
  PREFACE,
  request,
  settings,
  uint32,
} from "../../support/http2_frames.ts";
import { RawHttp2 } from "../../support/raw_http2.ts";
import { testConfig } from "../../support/test_config.ts";
import { answer, eventually, type Front, startFront } from "../start_front.ts";
import { openRaw, openSession, portOf, send } from "./http2_client.ts";

const POST = request({ ":method": "POST" });

/** `/never` waits, everything else is answered. */
function start(
  t: TestContext,
  http: Partial<HttpConfig> = {},
  http2: Partial<Http2Config> = {},
): Promise<Front> {
  return startFront(
    t,
    (incoming) => {
      if (incoming.head.path !== "/never") answer(incoming, "hello");
    },
    http,
    { http2: { ...testConfig().http2, ...http2 } },
  );
}

/** Whether the client was told in good order; node says it twice. */
function isGentle(goaways: readonly string[]): boolean {
  return goaways.length > 0 && goaways.every((code) => code === "NO_ERROR");
}

async function othersAreServed(t: TestContext, front: Front): Promise<void> {
  const session = await openSession(t, front.listener);
  assert.equal((await send(session)).status, 200);
}

describe("limits of HTTP/2", () => {
  it("end the session of a client that resets what it asks for", async (t) => {
    const front = await start(t, {}, { resetBurst: 200, resetRate: 10 });
    const client = await openRaw(t, front.listener);
    for (let i = 0; i < 100 && !client.closed; i++) {
      const parts: Buffer[] = [];
      for (let id = 1 + i * 200; id < 1 + (i + 1) * 200; id += 2)
        parts.push(headers(id, request({ ":path": "/never" })), frame(FRAME.reset, 0, id, uint32(8)));
      client.write(...parts);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => client.closed, "the session is ended");
    assert.ok(front.outcomes.length <= 10_000);
    await eventually(() => front.listener.connections === 0, "nothing is left");
    await othersAreServed(t, front);
  });

  it("end the session of a client that has its streams reset (CVE-2025-8671)", async (t) => {
    const front = await start(t, {}, { resetBurst: 50, resetRate: 10 });
    const client = await openRaw(t, front.listener);
    for (let id = 1; id < 401 && !client.closed; id += 2) {
      client.request(id, [...POST, ["content-length", "1"]], FLAG.endHeaders);
      client.write(frame(FRAME.data, FLAG.endStream, id, "longer"));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => client.closed, "the session is ended");
    assert.ok(front.outcomes.length <= 60, `${front.outcomes.length} requests`);
    await othersAreServed(t, front);
  });

  const floods: [what: string, piece: Buffer][] = [
    ["pings", frame(FRAME.ping, 0, 0, "12345678")],
    ["settings", settings([4, 65_535])],
    ["empty settings", settings()],
  ];
  for (const [what, piece] of floods) {
    it(`end the session of a client that sends more ${what} than controlRate`, async (t) => {
      const front = await start(t, {}, { controlRate: 50 });
      const client = await openRaw(t, front.listener);
      client.write(...Array.from({ length: 40 }, () => piece));
      assert.equal(await client.answers(), true);
      client.write(...Array.from({ length: 200 }, () => piece));
      await eventually(() => client.closed, "the session is ended");
      assert.deepEqual(client.goaways, ["ENHANCE_YOUR_CALM"]);
      await othersAreServed(t, front);
    });
  }

  const cheap: [what: string, piece: (id: number) => Buffer][] = [
    ["priorities", () => frame(FRAME.priority, 0, 3, Buffer.concat([uint32(0), Buffer.from([1])]))],
    ["empty DATA", () => frame(FRAME.data, 0, 1)],
    ["window updates", () => frame(FRAME.windowUpdate, 0, 0, uint32(1))],
    ["unknown frames", () => frame(0xfe, 0, 0)],
    ["settings acknowledged without need", () => frame(FRAME.settings, FLAG.ack, 0)],
  ];
  for (const [what, piece] of cheap) {
    it(`let floods of ${what} cost next to nothing`, async (t) => {
      const front = await start(t);
      const client = await openRaw(t, front.listener);
      client.request(1, request({ ":method": "POST", ":path": "/never" }), FLAG.endHeaders);
      const neighbour = await openSession(t, front.listener);
      const flood = Buffer.concat(Array.from({ length: 10_000 }, (_, id) => piece(id)));
      const before = process.cpuUsage();
      for (let i = 0; i < 10 && !client.closed; i++) {
        client.write(flood);
        assert.equal((await send(neighbour)).status, 200);
      }
      await Promise.race([client.answers(), eventually(() => client.closed, "the end")]);
      const { user, system } = process.cpuUsage(before);
      t.diagnostic(
        `100,000 ${what}: ${Math.round((user + system) / 1000)} ms of CPU, ${client.outcome(1) ?? "endured"}`,
      );
      await othersAreServed(t, front);
    });
  }

  it("refuse header blocks without end", async (t) => {
    const front = await start(t);
    const client = await openRaw(t, front.listener);
    client.write(frame(FRAME.headers, FLAG.endStream, 1, headerBlock(request())));
    for (let i = 0; i < 100 && !client.closed; i++) {
      client.write(frame(FRAME.continuation, 0, 1, headerBlock([["x", "y".repeat(1000)]])));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => client.closed, "the session is ended");
    assert.equal(front.outcomes.length, 0);
    await othersAreServed(t, front);
  });

  it("refuse empty CONTINUATION frames without end", async (t) => {
    const front = await start(t);
    const client = await openRaw(t, front.listener);
    client.write(frame(FRAME.headers, FLAG.endStream, 1, headerBlock(request())));
    client.write(...Array.from({ length: 100 }, () => frame(FRAME.continuation, 0, 1)));
    await eventually(() => client.closed, "the session is ended");
  });

  it("refuse a small header block that unpacks to a large one", async (t) => {
    const front = await start(t);
    const client = await openRaw(t, front.listener);
    const bomb = Buffer.concat([
      headerBlock(request()),
      Buffer.from([0x40]),
      hpackText("x-large"),
      hpackText("y".repeat(4000)),
      Buffer.alloc(5000, hpackInteger(62, 7, 0x80)),
    ]);
    client.write(frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, bomb));
    assert.match(await client.settled(1), /^(431|RST ENHANCE_YOUR_CALM)$/);
    client.request(3, request());
    assert.equal(await client.settled(3), "200");
  });

  it("refuse streams above http2.streams, with REFUSED_STREAM while the client can't know of it", async (t) => {
    const front = await start(t, {}, { streams: 3 });
    const client = await RawHttp2.connect(portOf(front.listener));
    t.after(() => client.socket.destroy());
    client.acknowledges = false;
    const never = request({ ":path": "/never" });
    client.write(PREFACE, settings(), ...[1, 3, 5, 7, 9].map((id) => headers(id, never)));
    assert.equal(await client.settled(7), "RST REFUSED_STREAM");
    assert.equal(await client.settled(9), "RST REFUSED_STREAM");
    assert.equal(await client.answers(), true);
    assert.deepEqual(front.outcomes, []);
  });

  it("close a session that never asks for anything", async (t) => {
    const front = await start(t, { headTimeout: 100, lingerTimeout: 100 });
    const client = await openRaw(t, front.listener);
    await eventually(() => client.closed, "the session is ended");
    assert.ok(isGentle(client.goaways), String(client.goaways));
    await eventually(() => front.listener.connections === 0, "nothing is left");
  });

  it("close a connection whose preface or first head does not come to its end", async (t) => {
    const front = await start(t, { headTimeout: 100, lingerTimeout: 100 });
    const whole = Buffer.concat([
      PREFACE,
      settings(),
      frame(FRAME.headers, FLAG.endStream, 1, headerBlock(request())),
    ]);
    for (const length of [10, 20, 30, whole.length]) {
      const client = await RawHttp2.connect(portOf(front.listener));
      client.write(whole.subarray(0, length));
      await eventually(() => client.closed, `the connection is closed behind ${length} bytes`);
    }
    await eventually(() => front.listener.connections === 0, "nothing is left");
  });

  it("close a session that is idle for keepAliveTimeout, and no other", async (t) => {
    const front = await start(t, { headTimeout: 5000, keepAliveTimeout: 150, lingerTimeout: 100 });
    const client = await openRaw(t, front.listener);
    const busy = await openRaw(t, front.listener);
    busy.request(1, request({ ":path": "/never" }));
    client.request(1, request());
    await client.settled(1);
    await eventually(() => client.closed, "the session is ended");
    assert.ok(isGentle(client.goaways), String(client.goaways));
    assert.equal(busy.closed, false);
  });

  it("let a client that does not close its side wait for lingerTimeout only", async (t) => {
    const front = await start(t, { headTimeout: 100, lingerTimeout: 100 });
    const client = await RawHttp2.connect(portOf(front.listener));
    t.after(() => client.socket.destroy());
    client.socket.allowHalfOpen = true;
    client.write(PREFACE, settings());
    await eventually(() => front.listener.connections === 1, "the connection is there");
    await eventually(() => front.listener.connections === 0, "nothing is left");
  });

  it("say GOAWAY behind requestsPerConnection, and answer what is open", async (t) => {
    const front = await start(t, { requestsPerConnection: 3 });
    const client = await openRaw(t, front.listener);
    for (const id of [1, 3, 5]) client.request(id, request());
    await eventually(() => client.closed, "the session is ended");
    assert.ok(isGentle(client.goaways), String(client.goaways));
    assert.deepEqual([client.ended(1), client.ended(3), client.ended(5)], [true, true, true]);
  });
});

describe("draining HTTP/2", () => {
  it("finishes what is open and closes what is idle", async (t) => {
    const answers: (() => void)[] = [];
    const front = await startFront(t, (incoming) => answers.push(() => answer(incoming, "late")));
    const idle = await openRaw(t, front.listener);
    const client = await openRaw(t, front.listener);
    client.request(1, request());
    await eventually(() => answers.length === 1, "the request is there");
    const closed = front.listener.close();
    await eventually(() => idle.closed && client.goaways.length === 1, "GOAWAY comes to both");
    assert.ok(isGentle(idle.goaways) && isGentle(client.goaways));
    answers[0]!();
    await eventually(() => client.ended(1), "the response ends");
    await closed;
    assert.equal(front.outcomes[0]?.error, undefined);
  });

  it("gently, answers what was on its way once more", async (t) => {
    const front = await start(t);
    const client = await openRaw(t, front.listener);
    const closed = front.listener.close(true);
    assert.equal(await client.answers(), true);
    client.write(...[1, 3, 5].map((id) => headers(id, request())));
    const outcomes = [await client.settled(1), await client.settled(3), await client.settled(5)];
    assert.deepEqual(outcomes, ["200", "200", "200"]);
    await eventually(() => client.closed, "the session is ended");
    assert.ok(isGentle(client.goaways));
    await closed;
  });

  it("at once, cuts off what is open and tells how many there were", async (t) => {
    const front = await start(t);
    const client = await openRaw(t, front.listener);
    for (const id of [1, 3]) client.request(id, request({ ":path": "/never" }));
    await client.answers();
    const reason = new Error("time is up");
    assert.equal(front.listener.destroy(reason), 2);
    assert.deepEqual(
      front.outcomes.map(({ error }) => error),
      [reason, reason],
    );
    await eventually(() => client.closed && front.listener.connections === 0, "nothing is left");
  });
});
