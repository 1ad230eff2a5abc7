import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { type TestContext, test } from "node:test";
import tls from "node:tls";
import { Http1Backend } from "../../core/backend/http1_backend.ts";
import { proxyHeader } from "../../core/backend/proxy_header_out.ts";
import type { BackendConfig } from "../../core/config/config.ts";
import { readProxyHeader } from "../../core/front/proxy_protocol/read_proxy_header.ts";
import type { Client } from "../../core/http/incoming.ts";
import { backendConfig, backendOptions, tcpServer } from "./support/backend_config.ts";
import { makeCertificate } from "./support/certificate.ts";
import { type RawServer, startRawServer } from "./support/raw_server.ts";
import { backendRequest, readBody } from "./support/send.ts";

const local = { address: "198.51.100.9", port: 443 };
const client: Client = { address: "192.0.2.1", port: 56324, tls: false, local };
const HEADER = "PROXY TCP4 192.0.2.1 198.51.100.9 56324 443\r\n";

const zero4 = { address: "0.0.0.0", port: 0 };
const unknown = { source: undefined, destination: undefined };
const end = (address: string, port = 0) => ({ address, port });

for (const [what, from, line, ends] of [
  ["IPv4", client, HEADER, { source: end("192.0.2.1", 56324), destination: local }],
  [
    "IPv6",
    { ...client, address: "2001:db8::1", local: end("2001:db8::2:0:9", 1) },
    "PROXY TCP6 2001:db8::1 2001:db8::2:0:9 56324 1\r\n",
    { source: end("2001:db8::1", 56324), destination: end("2001:db8::2:0:9", 1) },
  ],
  [
    "IPv6 with zeros at its ends and its middle",
    { ...client, address: "::", local: end("1:0:0:2:3::", 1) },
    "PROXY TCP6 :: 1:0:0:2:3:: 56324 1\r\n",
    { source: end("::", 56324), destination: end("1:0:0:2:3::", 1) },
  ],
  [
    "an IPv6 client of an IPv4 address, as behind a trusted proxy",
    { ...client, address: "2001:db8::1", port: 0 },
    "PROXY TCP6 2001:db8::1 ::ffff:198.51.100.9 0 443\r\n",
    { source: end("2001:db8::1"), destination: local },
  ],
  [
    "an IPv4 client of an IPv6 address",
    { ...client, local: end("2001:db8::2", 1) },
    "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 56324 1\r\n",
    { source: end("192.0.2.1", 56324), destination: end("2001:db8::2", 1) },
  ],
  [
    "an address with a zone",
    { ...client, address: "fe80::1%eth0", local: end("fe80::2%eth0", 1) },
    "PROXY TCP6 fe80::1 fe80::2 56324 1\r\n",
    { source: end("fe80::1", 56324), destination: end("fe80::2", 1) },
  ],
  [
    "a client of which a trusted proxy on a Unix socket has told",
    { ...client, port: 0, local: end("unix") },
    "PROXY TCP4 192.0.2.1 0.0.0.0 0 0\r\n",
    { source: end("192.0.2.1"), destination: zero4 },
  ],
  ["a client on a Unix socket", { ...client, address: "unix", port: 0 }, "PROXY UNKNOWN\r\n", unknown],
  ["the proxy itself", undefined, "PROXY UNKNOWN\r\n", unknown],
] as const) {
  test(`both versions say who the client is: ${what}`, () => {
    assert.equal(proxyHeader("v1", from).toString("latin1"), line);
    for (const version of ["v1", "v2"] as const) {
      const header = proxyHeader(version, from);
      assert.deepEqual(readProxyHeader(header), { length: header.length, ...ends }, version);
    }
  });
}

test("version 2 tells a client that it can't name from the proxy itself", () => {
  assert.deepEqual([...proxyHeader("v2", { ...client, address: "unix" }).subarray(12)], [0x21, 0, 0, 0]);
  assert.deepEqual([...proxyHeader("v2", undefined).subarray(12)], [0x20, 0, 0, 0]);
});

/** A backend of that server; it and its timers end with the test. */
function backendOf(
  t: TestContext,
  server: BackendConfig["server"],
  changes: Partial<BackendConfig>,
  ca?: string,
) {
  const options = backendOptions();
  t.after(() => options.timers.close());
  return new Http1Backend(backendConfig(server, { proxyProtocol: "v1", ...changes }), { ...options, ca });
}

async function ask(backend: Http1Backend, from: Client | undefined, target = "/"): Promise<string> {
  const response = await new Promise<Parameters<Parameters<Http1Backend["send"]>[1]["response"]>[0]>(
    (resolve, reject) => {
      backend.send({ ...backendRequest({ target }), client: from }, { response: resolve, failed: reject });
    },
  );
  return response.body === undefined ? "" : (await readBody(response.body)).body;
}

const answering = (): Promise<RawServer> =>
  startRawServer(({ socket, requests }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${requests}`);
  });

test("each connection begins with the header of its client and serves one request", async (t) => {
  await using server = await answering();
  const backend = backendOf(t, tcpServer(server.port), { connections: 4 });
  const other = { ...client, address: "192.0.2.2" };
  assert.equal(await ask(backend, client, "/one"), "1");
  assert.equal(await ask(backend, other, "/two"), "1");
  assert.equal(await ask(backend, undefined, "/three"), "1");
  assert.deepEqual(
    server.connections.map(({ received }) => received.replace(/ HTTP.*/s, "")),
    [
      `${HEADER}GET /one`,
      `${HEADER.replace("192.0.2.1", "192.0.2.2")}GET /two`,
      "PROXY UNKNOWN\r\nGET /three",
    ],
  );
  assert.equal(backend.idleConnections, 0, "none is kept");
});

test("requests that wait for a connection never take over another client's", async (t) => {
  await using server = await answering();
  const backend = backendOf(t, tcpServer(server.port), { connections: 1, queue: 20 });
  const clients = Array.from({ length: 20 }, (_, i) => ({ ...client, address: `192.0.2.${i + 1}` }));
  const answers = await Promise.all(clients.map((each, i) => ask(backend, each, `/${i}`)));
  assert.deepEqual(answers, new Array(20).fill("1"));
  assert.deepEqual(
    server.connections.map(({ received }) => /^PROXY TCP4 (\S+) .*GET (\S+) /s.exec(received)?.slice(1)),
    clients.map(({ address }, i) => [address, `/${i}`]),
  );
});

test("without the setting nothing is sent before the request, and connections are kept", async (t) => {
  await using server = await answering();
  const backend = backendOf(t, tcpServer(server.port), { proxyProtocol: "none" });
  assert.equal(await ask(backend, client), "1");
  assert.equal(await ask(backend, client), "2");
  assert.match(server.connections[0]!.received, /^GET /);
});

/** A server that takes a PROXY header off its connections, then speaks TLS and answers with the header. */
async function startTlsServer(t: TestContext, certificate: { key: string; cert: string }): Promise<number> {
  const headers = new WeakMap<net.Socket, string>();
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("readable", () => {
      const bytes = socket.read() as Buffer;
      const { length } = readProxyHeader(bytes)!;
      if (length < bytes.length) socket.unshift(bytes.subarray(length));
      const speaking = new tls.TLSSocket(socket, { isServer: true, ...certificate });
      headers.set(speaking, bytes.toString("latin1", 0, length));
      speaking.on("error", () => {});
      speaking.once("data", () => {
        const body = headers.get(speaking)!;
        const head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
        speaking.end(head + body.padEnd(100_000, "."), "latin1");
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return (server.address() as net.AddressInfo).port;
}

test("to a server with TLS the header goes before the handshake", async (t) => {
  const certificate = makeCertificate("localhost");
  const port = await startTlsServer(t, certificate);
  const server = { tls: true, host: "localhost", port, path: undefined };
  for (const proxyProtocol of ["v1", "v2"] as const) {
    const backend = backendOf(t, server, { proxyProtocol }, certificate.cert);
    const text = await ask(backend, client);
    assert.equal(text.length, 100_000);
    assert.equal(text.replace(/\.*$/, ""), proxyHeader(proxyProtocol, client).toString("latin1"));
  }
});

test("a server with TLS whose certificate is not for it, or that is not there, is a failure like any other", async (t) => {
  const port = await startTlsServer(t, makeCertificate("other.test"));
  const strange = backendOf(t, { tls: true, host: "localhost", port, path: undefined }, {});
  await assert.rejects(ask(strange, client), { status: 502, code: /certificate|tls/ });
  const closed = net.createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port: free } = closed.address() as net.AddressInfo;
  closed.close();
  await once(closed, "close");
  const absent = backendOf(t, { tls: true, host: "127.0.0.1", port: free, path: undefined }, {});
  await assert.rejects(ask(absent, client), { status: 502, code: "backend_refused" });
  assert.equal(absent.connections, 0);
});
