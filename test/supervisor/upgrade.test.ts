import assert from "node:assert/strict";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { OLD_NODES } from "../cli/run_lodestone.ts";
import { Child } from "../support/child.ts";
import { isRunning } from "../support/is_running.ts";
import { type Lodestone, type LogLine, startLodestone } from "../support/lodestone.ts";
import { processTree } from "../support/process_tree.ts";
import { SteadyLoad } from "../support/steady_load.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";
import { ask } from "./supervised.ts";

const LAUNCHER = fileURLToPath(new URL("../../core/cli/lodestone.js", import.meta.url));
const answer = (text: string) => `export default () => new Response(${JSON.stringify(text)});\n`;

const loggedBy = (lodestone: Lodestone, pid: number | undefined, msg: string): LogLine | undefined =>
  lodestone.log().find((line) => line.msg === msg && (pid === undefined || line.pid === pid));

/** Sends SIGUSR2 and waits for the process that takes over. */
async function upgrade(lodestone: Lodestone, pid: number): Promise<number> {
  process.kill(pid, "SIGUSR2");
  const line = await until(
    "another process serves",
    () => loggedBy(lodestone, pid, "another process serves; this one finishes what is under way"),
    { timeout: 30_000 },
  );
  return Number(line.successor);
}

/** Ends a process that took over; it is not a child of this one. */
async function end(pid: number): Promise<void> {
  process.kill(pid, "SIGTERM");
  await until(`process ${pid} has ended`, () => !isRunning(pid));
}

test("an upgrade: another process on the same sockets, no request fails, the file of a Unix socket and the pid file stay", async (t) => {
  const socket = `/tmp/lodestone-upgrade-${process.pid}.sock`;
  await using lodestone = await startLodestone({
    config: "workers: 2\npidFile: ./lodestone.pid\nlog: { access: false }\nsites: [{ scripts: one.ts }]\n",
    scripts: { "one.ts": answer("one"), "two.ts": answer("two") },
  });
  const pidFile = `${lodestone.folder.path}/lodestone.pid`;
  const pidInFile = () => Number(readFileSync(pidFile, "utf8"));
  assert.equal(pidInFile(), lodestone.pid);
  lodestone.folder.write(
    "lodestone.yaml",
    `listen: ["127.0.0.1:0", "unix:${socket}"]\nworkers: 2\npidFile: ./lodestone.pid\nlog: { access: false }\nsites: [{ scripts: one.ts }]\n`,
  );
  process.kill(lodestone.pid, "SIGHUP");
  await until("reloaded", () => loggedBy(lodestone, lodestone.pid, "reloaded"));
  assert.equal((await ask("http://localhost/", socket)).body, "one");

  await using load = new SteadyLoad(lodestone.url("/"), { keepAlive: 4, fresh: 2, rest: 5 });
  const before = load.requests;
  await until("the load runs", () => load.requests > before + 50);
  const first = processTree(lodestone.pid).map(({ pid }) => pid);
  const second = await upgrade(lodestone, lodestone.pid);
  try {
    assert.equal(pidInFile(), second);
    await until("the processes of the first have ended", () => first.every((pid) => !isRunning(pid)));
    assert.ok(existsSync(socket));
    assert.equal((await ask("http://localhost/", socket)).body, "one");
    assert.ok(isRunning(second));

    await load.stop();
    assert.deepEqual(load.failures, []);
    t.diagnostic(`${load.requests} requests, 0 failed, slowest ${Math.round(load.slowest)} ms`);
  } finally {
    await end(second);
  }
  assert.ok(!existsSync(socket), "the last one removes the socket's file");
  assert.ok(!existsSync(pidFile), "and the pid file");
});

test("one upgrade after the other; the address with port 0 stays the same", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ scripts: one.ts }]\n",
    scripts: { "one.ts": answer("one") },
  });
  let pid = lodestone.pid;
  for (let round = 0; round < 3; round++) {
    const before = pid;
    pid = await upgrade(lodestone, pid);
    await until("the one before has ended", () => !isRunning(before));
    lodestone.folder.write("one.ts", answer(`round ${round}`));
    await until("the new one reloads scripts", async () => {
      return (await ask(lodestone.url("/"))).body === `round ${round}`;
    });
  }
  process.kill(pid, "SIGHUP");
  await until("it reloads", () => loggedBy(lodestone, pid, "reloaded"));
  assert.equal((await ask(lodestone.url("/"))).status, 200);
  await end(pid);
  await assert.rejects(ask(lodestone.url("/")), /ECONNREFUSED/);
});

test("a request goes on in the old process, and its SIGTERM hurries it", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\ndrainTimeout: 200ms\nsites: [{ scripts: one.ts }]\n",
    scripts: {
      "one.ts":
        'export default async (request) => { if (request.path === "/slow") await new Promise((done) => setTimeout(done, 9000)); return new Response("late"); };\n',
    },
  });
  const socket = connect(Number(new URL(lodestone.address).port), "127.0.0.1");
  socket.on("error", () => {});
  socket.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  await ask(lodestone.url("/"));
  const second = await upgrade(lodestone, lodestone.pid);
  assert.ok(isRunning(lodestone.pid), "it waits for the request");
  process.kill(lodestone.pid, "SIGTERM");
  await until("the first has ended", () => !isRunning(lodestone.pid));
  assert.ok(isRunning(second));
  await end(second);
});

for (const [what, change, reason] of [
  [
    "a configuration with faults",
    { "lodestone.yaml": "workers: many\n" },
    /lodestone\.yaml:\d+:\d+: workers must be a whole number/,
  ],
  ["scripts that do not compile", { "one.ts": "export default (" }, /one\.ts:1:17/],
] as const) {
  test(`${what} makes the upgrade fail, and the old process goes on`, async () => {
    await using lodestone = await startLodestone({
      config: "workers: 1\npidFile: ./lodestone.pid\nsites: [{ scripts: one.ts }]\n",
      scripts: { "one.ts": answer("one") },
    });
    const processes = lodestone.pids();
    for (const [name, text] of Object.entries(change)) lodestone.folder.write(name, text);
    process.kill(lodestone.pid, "SIGUSR2");
    const line = await until("the failure is logged", () =>
      loggedBy(lodestone, lodestone.pid, "not upgraded; what serves goes on"),
    );
    assert.match(String(line.reason), reason);
    assert.equal((await ask(lodestone.url("/"))).body, "one");
    assert.equal(Number(readFileSync(`${lodestone.folder.path}/lodestone.pid`, "utf8")), lodestone.pid);
    await until("nothing is left of the new one", () => {
      return lodestone.pids().every((pid) => processes.includes(pid));
    });
  });
}

for (const node of OLD_NODES) {
  test(`beside a launcher whose Node is too old an upgrade works as well, and nobody is left behind (${node})`, async () => {
    using folder = new TemporaryFolder("upgrade");
    folder.write("one.ts", answer("one"));
    const file = folder.write(
      "lodestone.yaml",
      "listen: [127.0.0.1:0]\nworkers: 1\npidFile: ./pid\nsites: [{ scripts: one.ts }]\n",
    );
    // By a symbolic link, as packages are started.
    symlinkSync(LAUNCHER, `${folder.path}/lodestone`);
    const pidInFile = () => Number(readFileSync(`${folder.path}/pid`, "utf8"));
    await using child = new Child(node, [`${folder.path}/lodestone`, "serve", file], { cwd: folder.path });
    const url = await until("it listens", () => /listening on (http:\S+)/.exec(child.stderr)?.[1]);
    await until("the pid file is there", () => existsSync(`${folder.path}/pid`));
    const first = pidInFile();
    assert.notEqual(first, child.pid, "the launcher waits beside it");
    // As an operator who knows the launcher only.
    child.process.kill("SIGUSR2");
    await until("another process serves", () => pidInFile() !== first, { timeout: 30_000 });
    const second = pidInFile();
    try {
      await until("the first has ended", () => !isRunning(first) && !child.running);
      assert.equal(child.process.exitCode, 0);
      assert.equal((await ask(`${url}/`)).body, "one");
    } finally {
      await end(second);
    }
  });
}

test("an upgrade that fails leaves every socket to the old process, files of Unix sockets included", async () => {
  const socket = `/tmp/lodestone-failed-upgrade-${process.pid}.sock`;
  const config = (listen: string) => `listen: [${listen}]\nworkers: 1\nsites: [{ scripts: one.ts }]\n`;
  await using lodestone = await startLodestone({
    listen: `["127.0.0.1:0", "unix:${socket}"]`,
    config: "workers: 1\nsites: [{ scripts: one.ts }]\n",
    scripts: { "one.ts": answer("one") },
  });
  const failures = (): number =>
    lodestone.log().filter(({ msg }) => /^not upgraded/.test(String(msg))).length;
  const faults = [
    () => lodestone.folder.write("one.ts", "export default () => {"),
    // An address that no machine has (RFC 5737).
    () => lodestone.folder.write("lodestone.yaml", config(`"127.0.0.1:0", "unix:${socket}", "192.0.2.1:1"`)),
  ];
  for (const [index, fault] of faults.entries()) {
    fault();
    process.kill(lodestone.pid, "SIGUSR2");
    await until("the upgrade has failed", () => failures() === index + 1, { timeout: 30_000 });
    assert.ok(existsSync(socket), "the socket's file is there");
    assert.equal((await ask("http://localhost/", socket)).body, "one");
  }
});
