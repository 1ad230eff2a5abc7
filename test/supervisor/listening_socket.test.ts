import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import test from "node:test";
import { ListenError, openListeningSocket } from "../../core/supervisor/listening_socket.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

function refusal(message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof ListenError);
    assert.match(error.message, message);
    return true;
  };
}

async function accept(fd: number): Promise<Server> {
  const server = createServer((socket) => socket.on("error", () => {}).end("hello")).listen({ fd });
  await once(server, "listening");
  return server;
}

test("port 0 becomes the port that is really listened on", async () => {
  const socket = await openListeningSocket({ kind: "tcp", host: "127.0.0.1", port: 0 });
  assert.equal(socket.address.kind, "tcp");
  const { port } = socket.address as { port: number };
  assert.ok(port > 0);
  await using _ = await accept(socket.fd);
  const client = connect(port, "127.0.0.1");
  assert.equal(String((await once(client, "data"))[0]), "hello");
});

test("IPv6 and host names work", async () => {
  const six = await openListeningSocket({ kind: "tcp", host: "::1", port: 0 });
  assert.deepEqual({ ...six.address, port: 0 }, { kind: "tcp", host: "::1", port: 0 });
  six.close();
  const named = await openListeningSocket({ kind: "tcp", host: "localhost", port: 0 });
  assert.match((named.address as { host: string }).host, /^(127\.0\.0\.1|::1)$/);
  named.close();
});

test("what cannot be listened on is named with its reason", async () => {
  using folder = new TemporaryFolder("listen");
  await using server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const tcp = (host: string, wanted: number) => openListeningSocket({ kind: "tcp", host, port: wanted });
  const unix = (path: string) => openListeningSocket({ kind: "unix", path });
  await assert.rejects(
    tcp("127.0.0.1", port),
    refusal(/^cannot listen on 127\.0\.0\.1:\d+: in use.*EADDRINUSE/),
  );
  await assert.rejects(tcp("192.0.2.1", 0), refusal(/does not have that address \(EADDRNOTAVAIL\)/));
  await assert.rejects(tcp("no-such-name.invalid", 0), refusal(/no-such-name\.invalid has no address/));
  await assert.rejects(unix(`${folder.path}/missing/x.sock`), refusal(/there is no folder .*missing$/));
  await assert.rejects(unix(`${folder.path}/${"x".repeat(200)}`), refusal(/at most 107 bytes/));
  writeFileSync(`${folder.path}/file`, "precious");
  await assert.rejects(unix(`${folder.path}/file`), refusal(/not a socket/));
});

test("the file of a Unix socket is taken over only when nobody answers there, and removed at the end", async () => {
  using folder = new TemporaryFolder("listen");
  const path = `${folder.path}/x.sock`;
  const socket = await openListeningSocket({ kind: "unix", path });
  const server = await accept(socket.fd);
  await assert.rejects(openListeningSocket({ kind: "unix", path }), refusal(/in use by another process/));
  server.close();
  socket.close();
  assert.ok(!existsSync(path));
});
