import assert from "node:assert/strict";
import { readFileSync, readlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import test from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { until } from "../support/until.ts";
import { ask } from "./supervised.ts";

const scripts = { "one.ts": 'export default () => new Response("one");\n' };
const config = "workers: 1\npidFile: ./pid\nsites: [{ scripts: one.ts }]\n";

/** Inodes of the TCP sockets that listen on this machine. */
function listening(): Set<string> {
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of readFileSync(table, "latin1").split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === "0A") inodes.add(`socket:[${fields[9]}]`);
    }
  }
  return inodes;
}

/** How many sockets a process listens on. */
async function listenersOf(pid: number): Promise<number> {
  const all = listening();
  let count = 0;
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    try {
      if (all.has(readlinkSync(`/proc/${pid}/fd/${fd}`))) count++;
    } catch {
      // Closed meanwhile.
    }
  }
  return count;
}

test("SIGUSR1 opens no debugger, in no process", async () => {
  await using lodestone = await startLodestone({ config, scripts });
  const [worker] = lodestone.workers();
  const pids = [lodestone.pid, worker!];
  const before = await Promise.all(pids.map(listenersOf));
  assert.deepEqual(before, [1, 1], "the one listener, inherited");
  for (const pid of pids) process.kill(pid, "SIGUSR1");
  // Node's own debugger opens from another thread and says so on standard error.
  for (let round = 0; round < 20; round++) assert.equal((await ask(lodestone.url("/"))).body, "one");
  assert.deepEqual(await Promise.all(pids.map(listenersOf)), before);
  assert.doesNotMatch(lodestone.stderr, /Debugger/);
  assert.deepEqual(lodestone.workers(), [worker]);
});

test("SIGQUIT, even to the whole group of processes, is a stop like SIGTERM", async () => {
  await using lodestone = await startLodestone({ config, scripts });
  for (const pid of lodestone.pids()) process.kill(pid, "SIGQUIT");
  await lodestone.ended();
  await until("it was told", () =>
    lodestone.log().some(({ msg, signal }) => msg === "draining" && signal === 3),
  );
});
