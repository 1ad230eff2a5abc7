import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { NODES } from "../cli/run_lodestone.ts";
import { Child } from "../support/child.ts";
import { freePort } from "../support/free_port.ts";
import { isRunning } from "../support/is_running.ts";
import { startLodestone } from "../support/lodestone.ts";
import { NotifySocket } from "../support/notify_socket.ts";
import { requirePeer } from "../support/peer.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";
import { ask } from "./supervised.ts";

const LAUNCHER = fileURLToPath(new URL("../../core/cli/lodestone.js", import.meta.url));
const config = "workers: 1\nsites: [{ scripts: one.ts }]\n";
const scripts = { "one.ts": 'export default () => new Response("one");\n' };

test("systemd is told of readiness, reloads, their failure, and the end", async (t) => {
  if (!requirePeer(t, "systemd-notify")) return;
  await using socket = new NotifySocket();
  await socket.bound();
  const started = process.hrtime.bigint() / 1000n;
  const lodestone = await startLodestone({ config, scripts, env: { NOTIFY_SOCKET: socket.path } });
  const told = async (what: string, matches: (message: Record<string, string>) => boolean) =>
    await until(what, () => socket.messages.find(matches));
  await told("ready", (message) => message.READY === "1" && message.STATUS === "serving");
  process.kill(lodestone.pid, "SIGHUP");
  const reloading = await told("reloading", (message) => message.RELOADING === "1");
  const at = BigInt(reloading.MONOTONIC_USEC ?? 0);
  assert.ok(at > started && at <= process.hrtime.bigint() / 1000n, "the clock is CLOCK_MONOTONIC");
  await until("ready again", () => socket.messages.filter(({ READY }) => READY === "1").length === 2);
  lodestone.folder.write("lodestone.yaml", "workers: many\n");
  process.kill(lodestone.pid, "SIGHUP");
  await told(
    "the refusal",
    ({ READY, STATUS }) => READY === "1" && /not reloaded: .*many/.test(STATUS ?? ""),
  );
  await lodestone.stop();
  assert.ok(socket.messages.some(({ STOPPING }) => STOPPING === "1"));
});

test("an upgrade tells systemd of the new main process before the old one ends", async (t) => {
  if (!requirePeer(t, "systemd-notify")) return;
  await using socket = new NotifySocket();
  await socket.bound();
  await using lodestone = await startLodestone({ config, scripts, env: { NOTIFY_SOCKET: socket.path } });
  process.kill(lodestone.pid, "SIGUSR2");
  const message = await until("the main process is told", () =>
    socket.messages.find(({ MAINPID }) => MAINPID !== undefined),
  );
  const successor = Number(message.MAINPID);
  try {
    assert.equal(message.READY, "1");
    assert.ok(isRunning(successor));
    await until("the first has ended", () => !isRunning(lodestone.pid));
    assert.ok(
      socket.messages.every(({ STOPPING }) => STOPPING === undefined),
      "the service does not stop",
    );
  } finally {
    process.kill(successor, "SIGTERM");
  }
});

test("the watchdog of systemd hears of it twice within its time", async (t) => {
  if (!requirePeer(t, "systemd-notify")) return;
  await using socket = new NotifySocket();
  await socket.bound();
  const env = { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: "400000" };
  await using _ = await startLodestone({ config, scripts, env });
  await until("three signs", () => socket.messages.filter(({ WATCHDOG }) => WATCHDOG === "1").length >= 3);
});

test("without systemd-notify there is one warning, and all else works", async () => {
  using empty = new TemporaryFolder("path");
  await using lodestone = await startLodestone({
    config,
    scripts,
    env: { NOTIFY_SOCKET: "/nowhere/notify", PATH: empty.path },
  });
  process.kill(lodestone.pid, "SIGHUP");
  await lodestone.waitForLog(({ msg }) => msg === "reloaded");
  assert.equal((await ask(lodestone.url("/"))).body, "one");
  const warnings = lodestone
    .log()
    .filter(({ msg }) => msg === "systemd cannot be told of this server's state");
  assert.equal(warnings.length, 1);
  assert.match(String(warnings[0]?.reason), /systemd-notify is missing/);
});

for (const node of NODES) {
  test(`sockets that systemd has opened are matched with the addresses, others opened, strangers told (${node})`, async (t) => {
    if (!requirePeer(t, "systemd-socket-activate")) return;
    using folder = new TemporaryFolder("activation");
    const [port, stranger] = [await freePort(), await freePort()];
    const path = `${folder.path}/site.sock`;
    folder.write("one.ts", scripts["one.ts"]);
    const file = folder.write(
      "lodestone.yaml",
      `listen: ["localhost:${port}", "unix:${path}", "127.0.0.1:0"]\n${config}`,
    );
    const sockets = [`127.0.0.1:${port}`, path, `127.0.0.1:${stranger}`].map(
      (listen) => `--listen=${listen}`,
    );
    const command = [...sockets, "--setenv=LODESTONE_LOG_LEVEL=info", node, LAUNCHER, "serve", file];
    await using child = new Child("systemd-socket-activate", command, { cwd: folder.path });
    await until("systemd listens", () => child.stderr.includes(`Listening on ${path}`));
    // The first connection starts the program and waits for it.
    assert.equal((await ask(`http://127.0.0.1:${port}/`)).body, "one");
    assert.equal((await ask("http://localhost/", path)).body, "one");
    const own = await until(
      "its own address",
      () => /listening on (http:\/\/127\.0\.0\.1:\d+)\n.*\n?site/.exec(child.stderr)?.[1],
    );
    assert.equal((await ask(`${own}/`)).body, "one");
    const told = new RegExp(`"address":"127.0.0.1:${stranger}","from":"systemd"`);
    await until("the log tells of the stranger", () => told.test(child.stdout));
    child.process.kill("SIGTERM");
    assert.equal((await child.ended).code, 0);
    assert.ok(existsSync(path), "the file is systemd's");
  });
}
