import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodySource } from "../../../core/http/body.ts";
import { HeaderList } from "../../../core/http/header_list.ts";
import type { HttpError } from "../../../core/http/http_error.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { TestBody } from "../../support/test_body.ts";
import { untilStill } from "../../support/until.ts";
import { answer, eventually, startFront } from "../start_front.ts";

const OFFER = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n";
const SWITCHED = HeaderList.from([["Upgrade", "chat"]]);

const offers: Record<string, [request: string, upgrade: string | undefined]> = {
  "a GET with both fields": [OFFER, "chat"],
  "several protocols": [
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, UPGRADE\r\nUpgrade: websocket, chat/2\r\n\r\n",
    "websocket, chat/2",
  ],
  "a Content-Length of nothing": [
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat\r\nContent-Length: 0\r\n\r\n",
    "chat",
  ],
  "no Connection": ["GET / HTTP/1.1\r\nHost: a\r\nUpgrade: chat\r\n\r\n", undefined],
  "Connection that does not name it": [
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrades\r\nUpgrade: chat\r\n\r\n",
    undefined,
  ],
  "no Upgrade": ["GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n", undefined],
  "two Upgrade fields": [
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat\r\nUpgrade: websocket\r\n\r\n",
    undefined,
  ],
  "an Upgrade field that is no list of protocols": [
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat,,\r\n\r\n",
    undefined,
  ],
  "HTTP/1.0": ["GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n", undefined],
  "another method": [
    "OPTIONS / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n",
    undefined,
  ],
  "a body": [
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat\r\nContent-Length: 2\r\n\r\nab",
    undefined,
  ],
  "a chunked body": [
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: chat\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    undefined,
  ],
  "HTTP/2 in cleartext": [
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
    undefined,
  ],
  "HTTP/2 among others": [
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: H2C, HTTP/2.0, TLS/1.2, chat\r\n\r\n",
    "chat",
  ],
};

for (const [name, [request, upgrade]] of Object.entries(offers)) {
  test(`what is an offer to switch protocols: ${name}`, async (t) => {
    const seen: (string | undefined)[] = [];
    const { connect } = await startFront(t, (incoming) => {
      seen.push(incoming.upgrade);
      answer(incoming, "no");
    });
    const client = await connect();
    client.send(request);
    const { head } = await client.response();
    assert.deepEqual(seen, [upgrade]);
    // Behind an offer that is not accepted no other request is read.
    if (upgrade !== undefined) assert.match(head, /Connection: close/);
  });
}

/** Switches protocols at once; collects what the client sends. */
function switching(down: BodySource): {
  handler: (incoming: Incoming) => void;
  received: () => string;
  ending: () => "end" | Error | undefined;
  up: () => BodySource;
} {
  let received = "";
  let ending: "end" | Error | undefined;
  let up: BodySource | undefined;
  return {
    handler: (incoming) => {
      up = incoming.switchProtocols({ status: 101, headers: SWITCHED }, down);
      up.start({
        data: (chunk) => {
          received += chunk.toString("latin1");
          return true;
        },
        end: () => {
          ending = "end";
        },
        fail: (error) => {
          ending = error;
        },
      });
    },
    received: () => received,
    ending: () => ending,
    up: () => up!,
  };
}

test("after 101 bytes go as they are in both directions, those sent behind the offer first", async (t) => {
  const down = new TestBody();
  const tunnel = switching(down);
  const { connect, outcomes } = await startFront(t, tunnel.handler);
  const client = await connect();
  client.send(`${OFFER}GET / HTTP/1.1\r\n`);
  await client.until(() => client.received.endsWith("\r\n\r\n"), "the head");
  assert.equal(
    client.received,
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\n",
  );
  client.received = "";
  client.send("\0\r\n\r\n0\r\n");
  await eventually(() => tunnel.received() === "GET / HTTP/1.1\r\n\0\r\n\r\n0\r\n", "all bytes");
  down.sink!.data(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"));
  await client.until(() => client.received === "HTTP/1.1 200 OK\r\n\r\n", "the answer");
  assert.equal(outcomes.length, 0);
  client.socket.end("last");
  await eventually(() => tunnel.ending() === "end", "the client's end");
  assert.ok(tunnel.received().endsWith("last"));
  // The other direction goes on.
  down.sink!.data(Buffer.from("more"));
  await client.until(() => client.received.endsWith("more"), "what comes behind the client's end");
  down.sink!.end();
  await client.until(() => client.isClosed, "the close");
  assert.deepEqual(outcomes, [{ bytes: 23, error: undefined }]);
});

test("the server's end reaches a client, which may still send", async (t) => {
  const down = new TestBody();
  const tunnel = switching(down);
  const { connect, outcomes } = await startFront(t, tunnel.handler);
  const client = await connect();
  client.send(OFFER);
  await eventually(() => down.sink !== undefined, "the tunnel");
  down.sink!.end();
  await client.until(() => client.hasEnded, "the end");
  client.send("still here");
  await eventually(() => tunnel.received() === "still here", "what the client sends");
  assert.equal(outcomes.length, 0);
  client.socket.end();
  await eventually(() => outcomes.length === 1, "the end of both");
  assert.deepEqual(outcomes, [{ bytes: 0, error: undefined }]);
});

test("a server that takes no more stops the client", async (t) => {
  let up: BodySource | undefined;
  let received = 0;
  let wants = false;
  const { connect } = await startFront(t, (incoming) => {
    up = incoming.switchProtocols({ status: 101, headers: SWITCHED }, new TestBody());
    up.start({
      data: (chunk) => {
        received += chunk.length;
        return wants;
      },
      end: () => {},
      fail: () => {},
    });
  });
  const client = await connect();
  client.send(OFFER);
  const total = 50_000_000;
  client.socket.write(Buffer.alloc(total));
  await eventually(() => received > 0, "the first bytes");
  await untilStill("what is taken", () => received, 200);
  assert.ok(received <= 65_536, `${received} bytes were taken`);
  wants = true;
  up!.resume();
  await eventually(() => received === total, "all bytes");
});

test("a client that leaves fails one direction and cancels the other", async (t) => {
  const down = new TestBody();
  const tunnel = switching(down);
  const { connect, outcomes } = await startFront(t, tunnel.handler);
  const client = await connect();
  client.send(OFFER);
  await eventually(() => down.sink !== undefined, "the tunnel");
  client.socket.resetAndDestroy();
  await eventually(() => outcomes.length === 1, "the outcome");
  assert.ok(tunnel.ending() instanceof Error);
  assert.equal(down.cancels, 1);
  assert.equal((outcomes[0]!.error as HttpError).code, "client_closed");
});

test("a tunnel whose server breaks is reset", async (t) => {
  const down = new TestBody();
  const tunnel = switching(down);
  const { connect } = await startFront(t, tunnel.handler);
  const broken = await connect();
  broken.send(OFFER);
  await eventually(() => down.sink !== undefined, "the tunnel");
  down.sink!.fail(new Error("broken"));
  await broken.until(() => broken.isClosed, "the close");
  assert.equal(broken.error?.code, "ECONNRESET");
});

test("a tunnel in which nothing moves is closed", async (t) => {
  const down = new TestBody();
  const tunnel = switching(down);
  const http = { tunnelTimeout: 200, idleTimeout: 30, keepAliveTimeout: 30, halfClosedTimeout: 30 };
  const { connect, outcomes } = await startFront(t, tunnel.handler, http);
  const client = await connect();
  client.send(OFFER);
  await eventually(() => down.sink !== undefined, "the tunnel");
  const begun = performance.now();
  for (let i = 0; i < 6; i++) {
    await new Promise((resolve) => setTimeout(resolve, 80));
    if (i % 2 === 0) client.send("x");
    else down.sink!.data(Buffer.from("y"));
  }
  assert.equal(outcomes.length, 0);
  await client.until(() => client.isClosed || client.hasEnded, "the close");
  assert.ok(performance.now() - begun >= 600);
  await eventually(() => outcomes.length === 1, "the outcome");
  assert.equal((outcomes[0]!.error as HttpError).code, "tunnel_idle");
  assert.equal(outcomes[0]!.bytes, 3);
});

test("a gentle drain keeps tunnels, and so does a stop until it cuts everything off", async (t) => {
  const down = new TestBody();
  const tunnel = switching(down);
  const { connect, listener, outcomes } = await startFront(t, tunnel.handler);
  const client = await connect();
  client.send(OFFER);
  await eventually(() => down.sink !== undefined, "the tunnel");
  listener.drain(true);
  listener.drain(false);
  client.send("on");
  await eventually(() => tunnel.received() === "on", "what the client sends");
  assert.equal(listener.destroy(new Error("enough")), 1);
  assert.equal(outcomes[0]!.error?.message, "enough");
});

test("an interim response goes out as it comes, without what is about the connection", async (t) => {
  const { connect } = await startFront(t, (incoming) => {
    incoming.inform(103, HeaderList.from([["Link", "</a.css>; rel=preload"]]));
    incoming.inform(
      102,
      HeaderList.from([
        ["Connection", "close"],
        ["Content-Length", "5"],
        ["X-A", "b"],
      ]),
    );
    for (const status of [100, 101, 99, 200, 1.5]) incoming.inform(status, HeaderList.empty());
    answer(incoming, "ok");
    incoming.inform(103, HeaderList.empty());
  });
  const client = await connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal(
    (await client.response()).head,
    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
  );
  assert.equal((await client.response()).head, "HTTP/1.1 102 Processing\r\nX-A: b\r\n\r\n");
  assert.equal((await client.response()).body, "ok");
  client.send("GET / HTTP/1.0\r\nConnection: close\r\n\r\n");
  assert.match(await client.rest(), /^HTTP\/1\.1 200 /);
});
