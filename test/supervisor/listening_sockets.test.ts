import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import type { ListenAddress } from "../../core/config/config.ts";
import { formatListenAddress } from "../../core/config/listen_address.ts";
import type { ListeningSocket } from "../../core/supervisor/listening_socket.ts";
import { ListeningSockets, unmatched } from "../../core/supervisor/listening_sockets.ts";
import { freePort } from "../support/free_port.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const tcp = (port: number, host = "127.0.0.1"): ListenAddress => ({ kind: "tcp", host, port });
const bound = (sockets: readonly ListeningSocket[]) =>
  sockets.map(({ address }) => formatListenAddress(address));

function makeSockets(t: TestContext): ListeningSockets {
  const sockets = new ListeningSockets();
  t.after(() => sockets.close());
  return sockets;
}

/** Which socket of the kernel it is. */
const identity = ({ fd }: ListeningSocket) => readlinkSync(`/proc/self/fd/${fd}`);

/** The sockets of the kernel that this process has open. */
function openInKernel(): Set<string> {
  const links = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // That of the listing itself.
      return "";
    }
  });
  return new Set(links);
}

test("two addresses that are written the same have a socket each, and keep it", async (t) => {
  const sockets = makeSockets(t);
  const first = await sockets.plan([tcp(0), tcp(0)]);
  first.keep();
  const [one, other] = bound(first.sockets);
  assert.notEqual(one, other);
  const second = await sockets.plan([tcp(0), tcp(0), tcp(0)]);
  second.keep();
  assert.deepEqual(bound(second.sockets).slice(0, 2), [one, other]);
  assert.equal(new Set(bound(second.sockets)).size, 3);
  for (const socket of second.sockets) assert.ok(openInKernel().has(identity(socket)));
});

test("an address with a name, or port 0, keeps its socket under the address it is bound to, but for one address", async (t) => {
  const sockets = makeSockets(t);
  (await sockets.plan([tcp(0)])).keep();
  const { address } = sockets.open[0]!.socket;
  const again = await sockets.plan([address, tcp(0)]);
  again.keep();
  assert.equal(bound(again.sockets)[0], formatListenAddress(address));
  assert.notEqual(bound(again.sockets)[1], formatListenAddress(address));
});

test("a plan that is kept closes what it does not have, one that is discarded what it has opened", async (t) => {
  using folder = new TemporaryFolder("sockets");
  const sockets = makeSockets(t);
  const unix: ListenAddress = { kind: "unix", path: `${folder.path}/a.sock` };
  const [stays, goes] = [tcp(await freePort()), tcp(await freePort())];
  const first = await sockets.plan([stays, goes]);
  first.keep();
  const [staying, going] = first.sockets.map(identity) as [string, string];
  const discarded = await sockets.plan([stays, unix]);
  const opened = identity(discarded.sockets[1]!);
  assert.ok(existsSync(unix.path) && openInKernel().has(opened));
  discarded.discard();
  discarded.discard();
  assert.ok(!existsSync(unix.path));
  assert.deepEqual(
    [staying, going, opened].map((socket) => openInKernel().has(socket)),
    [true, true, false],
  );
  const last = await sockets.plan([unix, stays]);
  assert.equal(identity(last.sockets[1]!), staying);
  assert.ok(openInKernel().has(going), "it serves until the other one does");
  last.keep();
  assert.deepEqual(
    [staying, going].map((socket) => openInKernel().has(socket)),
    [true, false],
  );
  assert.deepEqual(bound(sockets.open.map(({ socket }) => socket)), bound(last.sockets));
});

test("an address that is taken leaves nothing open that was opened before it", async (t) => {
  const sockets = makeSockets(t);
  await using taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const before = openInKernel();
  await assert.rejects(sockets.plan([tcp(0), tcp(0), tcp(port)]), /in use by another process/);
  const left = [...openInKernel()].filter((link) => link.startsWith("socket:") && !before.has(link));
  assert.deepEqual(left, []);
  assert.deepEqual(sockets.open, []);
});

test("sockets that were handed over and have no address are told, and closed when a configuration serves", async (t) => {
  const sockets = makeSockets(t);
  const before = new ListeningSockets();
  const [used, stranger] = [tcp(await freePort()), tcp(await freePort())];
  (await before.plan([used, stranger])).keep();
  sockets.take(before.open);
  const plan = await sockets.plan([used]);
  assert.deepEqual(unmatched(before.open, plan.sockets), [formatListenAddress(stranger)]);
  const [kept, closed] = before.open.map(({ socket }) => identity(socket)) as [string, string];
  assert.ok(openInKernel().has(closed));
  plan.keep();
  assert.deepEqual(
    [kept, closed].map((socket) => openInKernel().has(socket)),
    [true, false],
  );
});
