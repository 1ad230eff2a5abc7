import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { Listener } from "../../../core/front/listener.ts";
import { HeaderList } from "../../../core/http/header_list.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { TimerWheel } from "../../../core/http/timer_wheel.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import { RawClient } from "../raw_client.ts";
import { answer, eventually, type Front, frontOptions, readBody, startFront } from "../start_front.ts";
import { headerV2, IPV6 } from "./header_bytes.ts";

const V1 = "PROXY TCP4 192.0.2.1 198.51.100.9 56324 8443\r\n";
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const CLOSING = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/** A listener to which 127.0.0.1 is a load balancer, or another address; it says who its client is. */
function start(t: TestContext, options: { from?: string[]; headTimeout?: number; maximum?: number } = {}) {
  const { from = ["127.0.0.0/8"], headTimeout = 5_000, maximum = 100 } = options;
  const spoken = { tls: false, http2: true, redirect: undefined, proxyProtocol: from };
  return startFront(t, tellClient, { headTimeout, connections: maximum }, { spoken });
}

function tellClient(incoming: Incoming): void {
  const { client, localPort, body } = incoming;
  void readBody(body).then((bytes) => {
    const told = `${client.address} ${client.port} to ${client.local?.address} ${localPort} ${client.tls}`;
    answer(incoming, bytes.length === 0 ? told : `${told}: ${bytes}`);
  });
}

async function firstAnswer(front: Front, ...parts: string[]): Promise<string> {
  const client = await front.connect();
  for (const part of parts) {
    client.send(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return (await client.response()).body;
}

for (const [version, header, told] of [
  ["1", V1, "192.0.2.1 56324 to 198.51.100.9 8443 false"],
  ["1, IPv6", "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n", "2001:db8::1 1 to 2001:db8::2 2 false"],
  ["2", headerV2(), "192.0.2.1 56324 to 198.51.100.9 443 false"],
  ["2, IPv6", headerV2({ family: 0x21, addresses: IPV6 }), "2001:db8::1 1 to 2001:db8::2 2 false"],
  ["2, Unix", headerV2({ family: 0x31, addresses: new Array(216).fill(1) }), "unix 0 to unix 0 false"],
] as const) {
  test(`the client is the one that the header names: version ${version}`, async (t) => {
    const front = await start(t);
    assert.equal(await firstAnswer(front, header + GET), told, "in one packet with the request");
    assert.equal(await firstAnswer(front, header, GET), told, "before the request");
    assert.equal(await firstAnswer(front, ...header, ...GET), told, "byte by byte");
    for (let at = 1; at < header.length; at += 5) {
      assert.equal(
        await firstAnswer(front, header.slice(0, at), header.slice(at) + GET),
        told,
        `split at ${at}`,
      );
    }
    assert.equal(front.refused.length, 0);
  });
}

for (const [what, header] of [
  ["version 1 that does not know", "PROXY UNKNOWN\r\n"],
  ["version 2 that does not know", headerV2({ family: 0, addresses: [] })],
  ["a health check of the load balancer", headerV2({ command: 0x20, family: 0, addresses: [] })],
] as const) {
  test(`the client is the load balancer itself: ${what}`, async (t) => {
    const front = await start(t);
    const { port } = front.listener.address as { port: number };
    const told = await firstAnswer(front, header + GET);
    assert.match(told, new RegExp(`^127\\.0\\.0\\.1 [1-9][0-9]* to 127\\.0\\.0\\.1 ${port} false$`));
  });
}

test("the client stays for all requests of the connection, and bodies come through whole", async (t) => {
  const front = await start(t);
  const client = await front.connect();
  client.send(`${V1}POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${GET}`);
  assert.match((await client.response()).body, /^192\.0\.2\.1 .*: hello$/);
  assert.match((await client.response()).body, /^192\.0\.2\.1 56324/);
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${"x".repeat(100_000)}`);
  assert.match((await client.response()).body, /: x{100000}$/);
});

test("a client that ends its side with the header and its request gets its answer", async (t) => {
  const front = await start(t);
  const client = await front.connect();
  client.socket.end(`${V1}${GET}`, "latin1");
  assert.match((await client.response()).body, /^192\.0\.2\.1/);
});

for (const [what, sent] of [
  ["a request without header", GET],
  ["a second version of the same", "PROXY TCP4 nonsense\r\n"],
  ["something else", "\0".repeat(5_000)],
] as const) {
  test(`a load balancer that sends no header is cut off with one line in the log: ${what}`, async (t) => {
    const front = await start(t);
    const client = await front.connect();
    client.send(sent);
    assert.equal(await client.rest(), "", "nothing is answered");
    assert.deepEqual(
      front.refused.map(({ error, client: { address }, method }) => [error.code, address, method]),
      [["malformed_proxy_header", "127.0.0.1", ""]],
    );
    assert.ok(front.refused[0]!.error.message.length < 300);
    await eventually(() => front.listener.connections === 0, "no connection");
  });
}

test("only the addresses listed send headers: from others HTTP refuses it", async (t) => {
  const front = await start(t, { from: ["192.0.2.0/24"] });
  for (const header of [V1, headerV2()]) {
    const client = await front.connect();
    client.send(header + GET);
    assert.equal((await client.response()).status, 400);
    client.close();
  }
  assert.match(await firstAnswer(front, GET), /^127\.0\.0\.1 /);
});

test("a second header is no part of HTTP", async (t) => {
  const front = await start(t);
  const client = await front.connect();
  client.send(V1 + V1 + GET);
  assert.equal((await client.response()).status, 400);
  assert.equal(front.refused[0]!.client.address, "192.0.2.1", "and it is the client's fault by then");
});

test("the header has the time of a head, however slowly it comes", async (t) => {
  const front = await start(t, { headTimeout: 100 });
  const silent = await front.connect();
  const slow = await front.connect();
  const dripping = setInterval(() => slow.socket.destroyed || slow.send("P"), 1000);
  t.after(() => clearInterval(dripping));
  slow.send("PROXY ");
  assert.equal(await silent.rest(), "");
  assert.equal(await slow.rest(), "");
  assert.deepEqual(
    front.refused.map(({ error }) => [error.status, error.code]),
    [
      [408, "proxy_header_timeout"],
      [408, "proxy_header_timeout"],
    ],
  );
});

test("behind the header its deadline is over: requests may take longer", async (t) => {
  const spoken = { tls: false, http2: true, redirect: undefined, proxyProtocol: ["127.0.0.0/8"] };
  const waiting: Incoming[] = [];
  const front = await startFront(t, (incoming) => waiting.push(incoming), { headTimeout: 100 }, { spoken });
  const client = await front.connect();
  client.send(V1 + GET);
  await eventually(() => waiting.length === 1, "the request");
  // One that comes later and sends no header has come to its deadline.
  assert.equal(await (await front.connect()).rest(), "");
  tellClient(waiting[0]!);
  assert.match((await client.response()).body, /^192\.0\.2\.1 56324/);
  assert.equal(front.refused.length, 1);
});

test("a connection that ends within the header is logged, one that never began is not", async (t) => {
  const front = await start(t);
  const { port } = front.listener.address as { port: number };
  for (const begin of ["", "PROXY TCP"]) {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.end(begin);
    socket.resume();
    await once(socket, "close");
  }
  await eventually(() => front.listener.connections === 0, "no connection");
  assert.deepEqual(
    front.refused.map(({ error }) => error.message),
    ["reading a PROXY header: the connection ended after 9 bytes of it"],
  );
});

test("connections that wait for their header count, and end when the listener does", async (t) => {
  const front = await start(t, { maximum: 2 });
  const idle = await front.connect();
  const begun = await front.connect();
  begun.send("PROXY TCP4");
  await eventually(() => front.listener.connections === 2, "both counted");
  const third = await front.connect();
  assert.equal(await third.rest(), "");
  const closed = front.listener.close();
  assert.equal(await idle.rest(), "");
  begun.send(` 192.0.2.1 198.51.100.9 56324 8443\r\n${CLOSING}`);
  assert.match((await begun.response()).body, /^192\.0\.2\.1/, "the one that had begun is still served");
  begun.close();
  await closed;
});

test("a listener that is cut off leaves no connection that waits for its header", async (t) => {
  const front = await start(t);
  const client = await front.connect();
  client.send("PROXY");
  await eventually(() => front.listener.connections === 1, "the connection");
  assert.equal(front.listener.destroy(new Error("cut off")), 0, "it is no exchange");
  assert.equal(await client.rest(), "");
});

test("HTTP/2 without TLS begins behind the header", async (t) => {
  const front = await start(t);
  const { port } = front.listener.address as { port: number };
  for (const header of [V1, headerV2()]) {
    const session = http2.connect("http://a.test", {
      createConnection: () => {
        const socket = connect(port, "127.0.0.1");
        socket.write(header, "latin1");
        return socket;
      },
    });
    t.after(() => session.destroy());
    assert.match(await text(session.request({ ":path": "/" })), /^192\.0\.2\.1 56324 to 198\.51\.100\.9/);
  }
});

test("a load balancer on a Unix socket names its clients as well", async (t) => {
  const folder = new TemporaryFolder("proxied");
  const timers = new TimerWheel({ tick: 10 });
  const spoken = { tls: false, http2: true, redirect: undefined, proxyProtocol: ["unix"] };
  const handler = (incoming: Incoming): void => {
    // A body that fails resets TCP connections; a Unix socket knows no reset, whatever port the header names.
    if (incoming.head.path === "/fails") {
      incoming.respond(
        { status: 200, headers: HeaderList.empty() },
        {
          length: undefined,
          start: (to) => to.fail(new Error("broken")),
          resume: () => {},
          cancel: () => {},
        },
      );
    } else tellClient(incoming);
  };
  const listener = new Listener(frontOptions({ timers, handler, spoken }));
  t.after(async () => {
    listener.destroy(new Error("the test is over"));
    await listener.close();
    timers.close();
    folder[Symbol.dispose]();
  });
  await listener.listen({ kind: "unix", path: join(folder.path, "s") });
  const client = await RawClient.connect(listener.address);
  client.send(V1 + GET);
  assert.equal((await client.response()).body, "192.0.2.1 56324 to 198.51.100.9 8443 false");
  client.send("GET /fails HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.until(() => client.hasEnded || client.isClosed, "the end");
  client.close();
});
