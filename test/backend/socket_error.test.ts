import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { join } from "node:path";
import test from "node:test";
import tls from "node:tls";
import { Http1Backend } from "../../core/backend/http1_backend.ts";
import type { BackendConfig, BackendServer } from "../../core/config/config.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { TestBody } from "../support/test_body.ts";
import { until } from "../support/until.ts";
import { backendConfig, backendOptions, tcpServer } from "./support/backend_config.ts";
import { makeCertificate } from "./support/certificate.ts";
import { backendRequest, send } from "./support/send.ts";

function backendOf(server: BackendServer, changes: Partial<BackendConfig> = {}, ca?: string): Http1Backend {
  return new Http1Backend(backendConfig(server, changes), { ...backendOptions(), ca });
}

/** Listens on a free port until the end of the scope. */
async function listening(
  server: net.Server,
  host = "127.0.0.1",
): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as net.AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

async function unusedPort(): Promise<number> {
  await using server = await listening(net.createServer());
  return server.port;
}

test("a port nobody listens on is a 502 backend_refused, and the body is let go", async () => {
  const body = new TestBody(5);
  const backend = backendOf(tcpServer(await unusedPort()));
  await assert.rejects(send(backend, { method: "PUT", body }), { status: 502, code: "backend_refused" });
  assert.equal(body.cancelled, true);
  assert.equal(body.sink, undefined);
  assert.equal(backend.connections, 0);
});

test("a refused connection fails all who wait, each by itself", async () => {
  const backend = backendOf(tcpServer(await unusedPort()), { connections: 1 });
  const outcomes = await Promise.allSettled([send(backend), send(backend), send(backend)]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.code),
    ["backend_refused", "backend_refused", "backend_refused"],
  );
  assert.equal(backend.waiting, 0);
  assert.equal(backend.connections, 0);
});

test("a Unix socket that is not there is a 502 backend_refused", async () => {
  using folder = new TemporaryFolder("backend");
  const server = { tls: false, host: undefined, port: 0, path: join(folder.path, "none.sock") };
  await assert.rejects(send(backendOf(server)), { status: 502, code: "backend_refused" });
});

test("a name that does not resolve is a 502 backend_dns", async () => {
  await assert.rejects(send(backendOf(tcpServer(80, "no..name"))), { status: 502, code: "backend_dns" });
});

test("a server that accepts but never shakes hands is a 504 backend_connect_timeout", async () => {
  await using server = await listening(net.createServer());
  const backend = backendOf({ ...tcpServer(server.port), tls: true }, { connectTimeout: 50 });
  await assert.rejects(send(backend), { status: 504, code: "backend_connect_timeout" });
});

test("cancelling while the connection is being made closes it and lets the body go", async () => {
  const origin = net.createServer();
  await using server = await listening(origin);
  const backend = backendOf({ ...tcpServer(server.port), tls: true });
  const body = new TestBody(5);
  const accepted = once(origin, "connection");
  const call = backend.send(backendRequest({ method: "PUT", body }), {
    response: () => assert.fail("a cancelled call got a response"),
    failed: (error) => assert.fail(`a cancelled call failed: ${error}`),
  });
  await accepted;
  assert.equal(backend.connections, 1);
  call.cancel();
  assert.equal(body.cancelled, true);
  await until("the connection is closed", () => backend.connections === 0);
});

test("a certificate nobody vouches for is a 502 backend_tls, and no byte of the request is sent", async () => {
  const { key, cert } = makeCertificate("localhost");
  let received = 0;
  const origin = tls.createServer({ key, cert }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", () => received++);
  });
  await using server = await listening(origin, "localhost");
  const address = { ...tcpServer(server.port, "localhost"), tls: true };
  await assert.rejects(send(backendOf(address)), { status: 502, code: "backend_tls" });
  assert.equal(received, 0);
});

test("a certificate for another name is a 502 backend_tls", async () => {
  const { key, cert } = makeCertificate("other.example");
  await using server = await listening(tls.createServer({ key, cert }), "localhost");
  const address = { ...tcpServer(server.port, "localhost"), tls: true };
  await assert.rejects(send(backendOf(address, {}, cert)), { status: 502, code: "backend_tls" });
});

test("a server without TLS behind an https address is a 502 backend_tls", async () => {
  const plain = net.createServer((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await using server = await listening(plain);
  const address = { ...tcpServer(server.port), tls: true };
  await assert.rejects(send(backendOf(address)), { status: 502, code: "backend_tls" });
});

test("the host's name goes into the handshake", async () => {
  const { key, cert } = makeCertificate("localhost");
  const names: (string | false | null)[] = [];
  const origin = tls.createServer({ key, cert }, (socket) => {
    socket.on("error", () => {});
    names.push(socket.servername);
    socket.once("data", () => socket.end("HTTP/1.1 204 No Content\r\n\r\n"));
  });
  await using server = await listening(origin, "localhost");
  const address = { ...tcpServer(server.port, "localhost"), tls: true };
  assert.equal((await send(backendOf(address, {}, cert))).status, 204);
  assert.deepEqual(names, ["localhost"]);
});

test("a connection reset in the middle of an exchange is a 502 backend_closed", async () => {
  const origin = net.createServer((socket) => {
    socket.once("data", () => socket.resetAndDestroy());
  });
  await using server = await listening(origin);
  await assert.rejects(send(backendOf(tcpServer(server.port))), { status: 502, code: "backend_closed" });
});
