import assert from "node:assert/strict";
import { once } from "node:events";
import { Socket } from "node:net";
import { test } from "node:test";
import { ClientConnections } from "../../core/front/client_connections.ts";

async function close(socket: Socket): Promise<void> {
  socket.destroy();
  await once(socket, "close");
}

test("each client has its own number, and a connection that ends makes room for its own client only", async () => {
  const clients = new ClientConnections(2);
  const [first, second, other] = [new Socket(), new Socket(), new Socket()];
  assert.equal(clients.admit("192.0.2.1", first), true);
  assert.equal(clients.admit("192.0.2.1", second), true);
  assert.equal(clients.admit("192.0.2.1", new Socket()), false);
  assert.equal(clients.admit("192.0.2.2", other), true);
  await close(other);
  assert.equal(clients.admit("192.0.2.1", new Socket()), false);
  await close(first);
  assert.equal(clients.admit("192.0.2.1", new Socket()), true);
  assert.equal(clients.admit("192.0.2.1", new Socket()), false);
});

test("nothing is kept of clients whose last connection has ended, nor of those that were refused", async () => {
  const clients = new ClientConnections(2);
  const sockets = Array.from({ length: 6 }, () => new Socket());
  for (const [index, socket] of sockets.entries()) clients.admit(`192.0.2.${index >> 1}`, socket);
  const refused = new Socket();
  assert.equal(clients.admit("192.0.2.0", refused), false);
  await close(refused);
  assert.equal(clients.size, 3);
  await close(sockets[0]!);
  assert.equal(clients.size, 3);
  for (const socket of sockets.slice(1)) await close(socket);
  assert.equal(clients.size, 0);
});

test("the addresses of one /64 of IPv6 are one client, however they are written", () => {
  const rows: [second: string, isSame: boolean][] = [
    ["2001:db8:0:7::2", true],
    ["2001:DB8::7:ffff:ffff:ffff:ffff", true],
    ["2001:db8:0:8::1", false],
    ["2001:db8:1:7::1", false],
    ["2001:db8::1", false],
  ];
  for (const [second, isSame] of rows) {
    const clients = new ClientConnections(1);
    assert.equal(clients.admit("2001:db8:0:7::1", new Socket()), true);
    assert.equal(clients.admit(second, new Socket()), !isSame, second);
  }
});

test("a limit of 0 is none, and whoever comes through a Unix socket is not counted", () => {
  const unlimited = new ClientConnections(0);
  const limited = new ClientConnections(1);
  for (let i = 0; i < 3; i++) {
    assert.equal(unlimited.admit("192.0.2.1", new Socket()), true);
    assert.equal(limited.admit("unix", new Socket()), true);
  }
  assert.deepEqual([unlimited.size, limited.size], [0, 0]);
});
