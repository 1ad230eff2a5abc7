import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { duplexPair } from "node:stream";
import test from "node:test";
import type tls from "node:tls";
import { TestCertificate } from "../../support/certificates.ts";
import { RawConnection } from "../../support/raw_connection.ts";
import { openTls } from "../../support/tls_client.ts";
import { until } from "../../support/until.ts";
import { answer } from "../start_front.ts";
import { startTlsFront } from "./start_tls_front.ts";

const authority = await TestCertificate.create();
const certificate = await authority.issue({ names: ["a.example", "127.0.0.1"], key: "rsa" });
const certificates = [certificate];
const GET = "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";

/** Everything the server sends until it closes. */
async function exchange(socket: tls.TLSSocket, text: string): Promise<string> {
  let received = "";
  socket.setEncoding("latin1").on("data", (data: string) => {
    received += data;
  });
  socket.write(text);
  await until("the server ends", () => socket.readableEnded || socket.destroyed);
  return received;
}

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  test(`${version} is spoken`, async (t) => {
    const front = await startTlsFront(t, (incoming) => answer(incoming, "secret"), { certificates });
    const socket = await openTls(front.url, { authority, minVersion: version, maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    assert.match(await exchange(socket, GET), /^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*\r\nsecret$/);
  });
}

const refused: [title: string, options: tls.ConnectionOptions, minimum: "1.2" | "1.3", reason: RegExp][] = [
  [
    "TLS 1.1",
    { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
    "1.2",
    /UNSUPPORTED_PROTOCOL/,
  ],
  ["TLS 1.2 where 1.3 is the oldest version", { maxVersion: "TLSv1.2" }, "1.3", /UNSUPPORTED_PROTOCOL/],
  [
    "a cipher without forward secrecy",
    { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" },
    "1.2",
    /NO_SHARED_CIPHER/,
  ],
  ["ALPN without a protocol that is spoken", { ALPNProtocols: ["spdy/3"] }, "1.2", /NO_APPLICATION_PROTOCOL/],
];
for (const [title, options, minimumVersion, reason] of refused) {
  test(`${title} ends the handshake`, async (t) => {
    const front = await startTlsFront(t, (incoming) => answer(incoming, ""), {
      certificates,
      tls: { minimumVersion },
    });
    await assert.rejects(openTls(front.url, { authority, ...options }), /alert|EPROTO/);
    await until("the failure is told", () => front.failures.length === 1);
    assert.match(front.failures[0]!.reason, reason);
    assert.equal(front.listener.connections, 0);
  });
}

test("the server's order of ciphers counts, but that of clients that are slow with AES", async (t) => {
  const front = await startTlsFront(t, (incoming) => answer(incoming, ""), { certificates });
  const chosen = async (ciphers: string): Promise<string> => {
    const socket = await openTls(front.url, { authority, maxVersion: "TLSv1.2", ciphers });
    const { name } = socket.getCipher();
    socket.destroy();
    return name;
  };
  assert.equal(
    await chosen("ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"),
    "ECDHE-RSA-AES128-GCM-SHA256",
  );
  assert.equal(
    await chosen("ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256"),
    "ECDHE-RSA-CHACHA20-POLY1305",
  );
});

test("http/1.1 is agreed on by ALPN, and clients may do without", async (t) => {
  const front = await startTlsFront(t, (incoming) => answer(incoming, "ok"), { certificates });
  const named = await openTls(front.url, { authority, ALPNProtocols: ["h3", "http/1.1"] });
  assert.equal(named.alpnProtocol, "http/1.1");
  assert.match(await exchange(named, GET), /ok$/);
  const plain = await openTls(front.url, { authority });
  assert.equal(plain.alpnProtocol, false);
  assert.match(await exchange(plain, GET), /ok$/);
});

test("a client cannot renegotiate", async (t) => {
  const front = await startTlsFront(t, (incoming) => answer(incoming, "ok"), { certificates });
  const socket = await openTls(front.url, { authority, maxVersion: "TLSv1.2" });
  const error = await new Promise((resolve) => {
    socket.on("error", resolve);
    socket.on("close", () => resolve("closed"));
    socket.renegotiate({ rejectUnauthorized: false }, resolve);
  });
  assert.ok(error, "renegotiation was possible");
});

const garbage: [string, Buffer][] = [
  ["garbage", Buffer.alloc(2000, 0x41)],
  ["a record of a wrong kind", Buffer.from([23, 3, 1, 0, 5, 1, 2, 3, 4, 5])],
  ["a ClientHello that ends before its length", Buffer.from("160301000501000001ff", "hex")],
  ["the preface of HTTP/2", Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")],
];
for (const [title, bytes] of garbage) {
  test(`${title} in the place of a ClientHello closes the connection`, async (t) => {
    const front = await startTlsFront(t, (incoming) => answer(incoming, "ok"), { certificates });
    using client = await RawConnection.open(front.url);
    client.socket.write(bytes);
    if (!/wrong|garbage|preface/.test(title)) client.socket.end();
    await client.receiveAll();
    await until("the connection has gone", () => front.listener.connections === 0);
    assert.equal(front.failures.length, 1);
    const socket = await openTls(front.url, { authority });
    assert.match(await exchange(socket, GET), /ok$/);
  });
}

test("a request without TLS is told what is expected", async (t) => {
  const front = await startTlsFront(t, (incoming) => answer(incoming, "ok"), { certificates });
  for (const method of ["GET", "HEAD", "POST"]) {
    using client = await RawConnection.open(front.url);
    client.write(`${method} / HTTP/1.1\r\nHost: a.example\r\n\r\n`);
    assert.match(
      await client.receiveAll(),
      /^HTTP\/1\.1 400 Bad Request\r\n(?:.*\r\n)*\r\nThis port speaks HTTPS/,
    );
  }
  assert.equal(front.outcomes.length, 0);
  await until("the connections have gone", () => front.listener.connections === 0);
});

test("a handshake has its time as a whole, however slowly bytes come", async (t) => {
  const front = await startTlsFront(t, (incoming) => answer(incoming, "ok"), {
    certificates,
    tls: { handshakeTimeout: 300 },
  });
  using silent = await RawConnection.open(front.url);
  using slow = await RawConnection.open(front.url);
  const hello = Buffer.from("160301020001000200030300", "hex");
  let sent = 0;
  const trickle = setInterval(() => {
    if (!slow.closed) slow.socket.write(hello.subarray(sent, ++sent));
  }, 50);
  t.after(() => clearInterval(trickle));
  await until("both are connections", () => front.listener.connections === 2);
  await Promise.all([silent.receiveAll(), slow.receiveAll()]);
  await until("the connections have gone", () => front.listener.connections === 0);
  assert.deepEqual(
    front.failures.map(({ reason }) => reason),
    ["HANDSHAKE_TIMEOUT", "HANDSHAKE_TIMEOUT"],
  );
  const done = await openTls(front.url, { authority });
  // The time is the handshake's, not the connection's.
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.match(await exchange(done, GET), /ok$/);
});

test("draining ends handshakes and idle connections, and gently neither of both", async (t) => {
  const front = await startTlsFront(t, (incoming) => answer(incoming, "ok"), { certificates });
  const idle = await openTls(front.url, { authority });
  using waiting = await RawConnection.open(front.url);
  await until("both are connections", () => front.listener.connections === 2);
  front.listener.drain(true);
  assert.match(await exchange(idle, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), /Connection: close/i);
  await until("the handshake is left", () => front.listener.connections === 1);
  const closed = front.listener.close();
  await waiting.receiveAll();
  await closed;
});

for (const together of [true, false]) {
  test(`a PROXY header comes before the handshake, ${together ? "with it in one packet" : "by itself"}`, async (t) => {
    const front = await startTlsFront(t, (incoming) => answer(incoming, incoming.client.address), {
      certificates,
      proxyProtocol: ["127.0.0.1/32"],
    });
    const through = net.connect(front.port, "127.0.0.1");
    t.after(() => through.destroy());
    await once(through, "connect");
    through.setNoDelay(true);
    // A socket of its own below TLS, so that the test decides what goes out together.
    const [inner, outer] = duplexPair();
    const header = "PROXY TCP4 192.0.2.7 192.0.2.8 4711 443\r\n";
    outer.once("data", (hello: Buffer) => {
      if (together) through.write(Buffer.concat([Buffer.from(header), hello]));
      else {
        through.write(header);
        setTimeout(() => through.write(hello), 50);
      }
      outer.pipe(through);
    });
    through.pipe(outer);
    const secured = await openTls(front.url, { authority, socket: inner });
    assert.match(await exchange(secured, GET), /192\.0\.2\.7$/);
  });
}
