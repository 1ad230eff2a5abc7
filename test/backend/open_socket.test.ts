import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { type TestContext, test } from "node:test";
import tls from "node:tls";
import { openSocket } from "../../core/backend/open_socket.ts";
import { freePort } from "../support/free_port.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";
import { makeCertificate } from "./support/certificate.ts";

const PREFACE = Buffer.from("PROXY UNKNOWN\r\n");

/** A server that takes the preface off a connection and then does as the test says. */
async function startServer(t: TestContext, then: (socket: net.Socket) => void, path?: string) {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.once("readable", () => {
      const bytes = socket.read() as Buffer | null;
      assert.equal(bytes?.toString("latin1", 0, PREFACE.length), PREFACE.toString());
      if (bytes.length > PREFACE.length) socket.unshift(bytes.subarray(PREFACE.length));
      then(socket);
    });
  });
  if (path === undefined) server.listen(0, "127.0.0.1");
  else server.listen(path);
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const port = path === undefined ? (server.address() as net.AddressInfo).port : 0;
  return { sockets, server: { tls: true, host: "localhost", port, path } };
}

function open(t: TestContext, server: Parameters<typeof openSocket>[0], ca?: string) {
  const buffer = Buffer.alloc(1000);
  const reads: string[] = [];
  const onRead = (length: number) => void reads.push(buffer.toString("latin1", 0, length));
  const socket = openSocket(server, { buffer, onRead, ca, preface: PREFACE });
  t.after(() => socket.destroy());
  return { socket, reads };
}

test("behind a preface all that comes by TLS goes through the buffer, however large it is", async (t) => {
  const certificate = makeCertificate("localhost");
  const content = Array.from({ length: 5000 }, (_, i) => i).join(" ");
  const { server } = await startServer(t, (socket) => {
    new tls.TLSSocket(socket, { isServer: true, ...certificate }).end(content);
  });
  const { socket, reads } = open(t, server, certificate.cert);
  await once(socket, "end");
  assert.equal(reads.join(""), content);
  assert.ok(reads.every((read) => read.length > 0 && read.length <= 1000));
});

test("a socket that is closed, in its handshake or later, closes the connection below it", async (t) => {
  const certificate = makeCertificate("localhost");
  const speaking = await startServer(t, (socket) => {
    new tls.TLSSocket(socket, { isServer: true, ...certificate }).on("error", () => {}).write("hello");
  });
  const later = open(t, speaking.server, certificate.cert);
  await until("it has read", () => later.reads.length > 0);
  later.socket.destroy();
  await until("the connection is closed", () => speaking.sockets[0]!.destroyed);

  const silent = await startServer(t, (socket) => void socket.resume());
  const shaking = open(t, silent.server);
  await until("the server waits", () => silent.sockets.length === 1);
  shaking.socket.destroy();
  await until("the connection is closed", () => silent.sockets[0]!.destroyed);
});

test("a certificate that is not trusted ends the socket and the connection below it", async (t) => {
  const certificate = makeCertificate("localhost");
  const { server, sockets } = await startServer(t, (socket) => {
    new tls.TLSSocket(socket, { isServer: true, ...certificate }).on("error", () => {});
  });
  const { socket } = open(t, server);
  const [error] = (await once(socket, "close").catch((failure) => [failure])) as [NodeJS.ErrnoException];
  assert.equal(error.code, "DEPTH_ZERO_SELF_SIGNED_CERT");
  assert.ok(socket.destroyed);
  await until("the connection is closed", () => sockets[0]!.destroyed);
});

test("what fails below ends the socket with that error", async (t) => {
  using folder = new TemporaryFolder("socket");
  const reset = await startServer(t, (socket) => socket.resetAndDestroy());
  for (const [server, code] of [
    [{ tls: true, host: "127.0.0.1", port: await freePort(), path: undefined }, "ECONNREFUSED"],
    [{ tls: true, host: undefined, port: undefined, path: `${folder.path}/none.sock` }, "ENOENT"],
    [reset.server, "ECONNRESET"],
  ] as const) {
    const { socket } = open(t, server as Parameters<typeof openSocket>[0]);
    const errors: (string | undefined)[] = [];
    socket.on("error", (error: NodeJS.ErrnoException) => errors.push(error.code));
    await new Promise((resolve) => socket.once("close", resolve));
    // Node may tell it twice.
    assert.deepEqual([...new Set(errors)], [code]);
  }
});
