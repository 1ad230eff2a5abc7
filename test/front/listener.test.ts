import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Listener } from "../../core/front/listener.ts";
import type { BodySink, BodySource } from "../../core/http/body.ts";
import type { Incoming } from "../../core/http/incoming.ts";
import { TimerWheel } from "../../core/http/timer_wheel.ts";
import { RawClient } from "./raw_client.ts";
import { answer, eventually, frontOptions, startFront } from "./start_front.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
test("draining ends idle connections, lets the busy finish and accepts no more", async (t) => {
  const waiting: Incoming[] = [];
  const { connect, listener } = await startFront(t, (incoming) => {
    if (incoming.head.path === "/wait") waiting.push(incoming);
    else answer(incoming, "ok");
  });
  const idle = await connect();
  idle.send(GET);
  await idle.response();
  const busy = await connect();
  busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  await eventually(() => waiting.length === 1, "the request");
  let isClosed = false;
  const closed = listener.close().then(() => {
    isClosed = true;
  });
  assert.equal(await idle.rest(), "");
  await assert.rejects(RawClient.connect(listener.address), /ECONNREFUSED/);
  assert.equal(isClosed, false);
  answer(waiting[0]!, "late");
  const { head, body } = await busy.response();
  assert.equal(body, "late");
  assert.match(head, /Connection: close/);
  assert.equal(await busy.rest(), "");
  await closed;
  assert.equal(listener.connections, 0);
});

test("a response under way when draining begins is finished, then its connection ends", async (t) => {
  let sink: BodySink | undefined;
  const body: BodySource = {
    length: undefined,
    start: (given) => {
      sink = given;
    },
    resume: () => {},
    cancel: () => {},
  };
  const { connect, listener } = await startFront(t, (incoming) => answer(incoming, body));
  const client = await connect();
  client.send(GET);
  await client.until(() => client.received.includes("\r\n\r\n"), "the head");
  const closed = listener.close();
  sink!.data(Buffer.from("abc"));
  sink!.end();
  assert.match(await client.rest(), /3\r\nabc\r\n0\r\n\r\n$/);
  await closed;
});

test("destroying cuts everything off, tells every exchange why and counts them", async (t) => {
  let requests = 0;
  const { connect, listener, outcomes } = await startFront(t, (incoming) => {
    requests++;
    if (incoming.head.path === "/answered") answer(incoming, "ok");
  });
  const client = await connect();
  client.send(GET);
  const idle = await connect();
  idle.send("GET /answered HTTP/1.1\r\nHost: a\r\n\r\n");
  await idle.response();
  await eventually(() => requests === 2, "the requests");
  const reason = new Error("why");
  assert.equal(listener.destroy(reason), 1);
  await listener.close();
  await client.until(() => client.isClosed || client.hasEnded, "the close");
  assert.deepEqual(
    outcomes.map(({ error }) => error),
    [undefined, reason],
  );
});

test("a Unix socket serves like TCP", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "lodestone-"));
  const timers = new TimerWheel({ tick: 10 });
  const listener = new Listener(
    frontOptions({
      timers,
      handler: (incoming) => answer(incoming, JSON.stringify([incoming.client, incoming.localPort])),
    }),
  );
  t.after(async () => {
    listener.destroy(new Error("the test is over"));
    await listener.close();
    timers.close();
    await rm(folder, { recursive: true });
  });
  await listener.listen({ kind: "unix", path: join(folder, "s") });
  assert.deepEqual(listener.address, { kind: "unix", path: join(folder, "s") });
  const client = await RawClient.connect(listener.address);
  client.send(GET);
  const unix = { address: "unix", port: 0 };
  const expected = [{ ...unix, local: unix, tls: false }, 0];
  assert.deepEqual(JSON.parse((await client.response()).body), expected);
  client.close();
});

test("an address in use rejects, and the listener can still be closed", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  t.after(() => taken.close());
  const timers = new TimerWheel({ tick: 10 });
  const failed: Error[] = [];
  const listener = new Listener(
    frontOptions({ timers, handler: () => {}, onAcceptFailed: (error) => failed.push(error) }),
  );
  const { port } = taken.address() as { port: number };
  await assert.rejects(listener.listen({ kind: "tcp", host: "127.0.0.1", port }), /EADDRINUSE/);
  assert.deepEqual(failed, [], "it is the promise that tells of it");
  await listener.close();
  timers.close();
});

test("a connection that could not be accepted is told of, and the listener goes on", async (t) => {
  // The system's part, which no test can make fail at will.
  const listen = t.mock.method(Server.prototype, "listen");
  const failed: Error[] = [];
  const { connect, listener } = await startFront(
    t,
    (incoming) => answer(incoming, "ok"),
    {},
    { onAcceptFailed: (error) => failed.push(error) },
  );
  const server = listen.mock.calls[0]!.this as Server;
  const error = new Error("accept ENOBUFS");
  server.emit("error", error);
  assert.deepEqual(failed, [error]);
  const client = await connect();
  client.send(GET);
  assert.equal((await client.response()).body, "ok");
  assert.equal(listener.connections, 1);
});

test("connections that come all at once wait for their turn; none is reset, or has to ask again", async (t) => {
  const { listener } = await startFront(t, (incoming) => answer(incoming, "ok"), { connections: 2000 });
  const { address } = listener;
  assert.ok(address.kind === "tcp");
  const began = performance.now();
  // In one turn of the loop, so that not one of them is accepted before the last has asked. Node's own queue holds 511.
  const answers = Array.from({ length: 1500 }, async () => {
    const client = await RawClient.connect(address);
    const connected = performance.now() - began;
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert.equal((await client.response()).status, 200);
    client.close();
    return connected;
  });
  const slowest = Math.max(...(await Promise.all(answers)));
  // What found no place would have been sent anew by the kernel after a second, and again after two more.
  t.diagnostic(`connected within ${Math.round(slowest)} ms`);
  assert.ok(slowest < 1000, `connected after ${slowest} ms`);
});
