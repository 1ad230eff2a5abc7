import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import test from "node:test";
import { hasWaiting, tableHasWaiting } from "../../core/worker/accept_queue.ts";

test("connections that nobody has accepted yet wait", async () => {
  const server = createServer((connection) => connection.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  assert.equal(hasWaiting([fd]), false);
  // As long as this loop does not turn, the kernel has the connection for itself.
  const connecting = "exec 3<>/dev/tcp/127.0.0.1/$0";
  execFileSync("bash", ["-c", connecting, String(port)]);
  assert.equal(hasWaiting([fd]), true);
  server.close();
  await once(server, "close");
});

test("the table's listening rows with a queue count, those of other sockets do not", () => {
  const row = (state: string, queue: string, inode: string) =>
    `   0: 0100007F:1F90 00000000:0000 ${state} 00000000:${queue} 00:00000000 00000000     0        0 ${inode} 1 0`;
  const table = (...rows: string[]) => ["  sl  local_address rem_address st", ...rows, ""].join("\n");
  assert.equal(tableHasWaiting(table(row("0A", "00000003", "77")), new Set(["77"])), true);
  assert.equal(tableHasWaiting(table(row("0A", "00000000", "77")), new Set(["77"])), false);
  assert.equal(tableHasWaiting(table(row("0A", "00000003", "78")), new Set(["77"])), false);
  assert.equal(tableHasWaiting(table(row("01", "00000003", "77")), new Set(["77"])), false);
});
