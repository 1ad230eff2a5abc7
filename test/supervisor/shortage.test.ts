import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { Child } from "../support/child.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { requirePeer } from "../support/peer.ts";
import { processTree } from "../support/process_tree.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";
import { ask } from "./supervised.ts";

const LAUNCHER = fileURLToPath(new URL("../../core/cli/lodestone.js", import.meta.url));
const scripts = { "one.ts": 'export default () => new Response("one");\n' };
const sites = "sites: [{ scripts: one.ts }]\n";

/** A connection that asks again and again. */
class KeptConnection {
  readonly socket: Socket;
  #received = "";

  constructor(t: TestContext, lodestone: Lodestone) {
    this.socket = connect(Number(new URL(lodestone.address).port), "127.0.0.1");
    this.socket.setEncoding("latin1").on("data", (text: string) => {
      this.#received += text;
    });
    this.socket.on("error", () => {});
    t.after(() => this.socket.destroy());
  }

  async get(): Promise<void> {
    this.#received = "";
    this.socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until("the answer", () => this.#received.endsWith("one"));
  }
}

test("too few files for the connections that are allowed: told at the start, with both numbers", async (t) => {
  if (!requirePeer(t, "prlimit")) return;
  await using lodestone = await startLodestone({
    config: `workers: 1\nhttp: { connections: 500 }\n${sites}`,
    scripts,
    wrapper: ["prlimit", "--nofile=400:400"],
  });
  const line = await lodestone.waitForLog(({ msg }) => /limit of open files/.test(String(msg)));
  assert.deepEqual([line.level, line.limit, line.needed], [40, 400, 628]);
  assert.match(String(line.msg), /LimitNOFILE=.*or lower http\.connections/);
});

test("too many open files are told with the limit and the remedy, and connections that are open go on", async (t) => {
  if (!requirePeer(t, "prlimit")) return;
  await using lodestone = await startLodestone({
    // Silent connections stay for as long as the test takes.
    config: `workers: 1\nhttp: { headTimeout: 5m, keepAliveTimeout: 5m }\n${sites}`,
    scripts,
  });
  const kept = new KeptConnection(t, lodestone);
  await kept.get();
  // Of the running worker: it would not start with so few.
  const [worker] = lodestone.workers();
  // Far above these may be one that was inherited: the limit is for new numbers, and the lowest is given out.
  const limit = readdirSync(`/proc/${worker}/fd`).length + 1;
  execFileSync("prlimit", [`--pid=${worker}`, `--nofile=${limit}:`]);
  const others: KeptConnection[] = [];
  const isShort = ({ msg }: { msg?: unknown }) => String(msg).startsWith("too many open files");
  const warnings = () => lodestone.log().filter(isShort);
  await until("it is told again", () => {
    // The worker gives back what it had open while it started, whenever it is through with that.
    others.push(new KeptConnection(t, lodestone));
    return warnings().length >= 3;
  });
  assert.match(String(warnings()[0]?.msg), /LimitNOFILE=/);
  await kept.get();
  for (const { socket } of others) socket.destroy();
  await lodestone.waitForLog(({ msg }) => msg === "there are file descriptors again");
  assert.equal((await ask(lodestone.url("/"))).body, "one");
});

test("a full disk under the log keeps no request from being answered", async (t) => {
  await using lodestone = await startLodestone({
    config: `workers: 1\n${sites}`,
    scripts,
    wrapper: ["sh", "-c", 'exec "$@" > /dev/full', "sh"],
  });
  const kept = new KeptConnection(t, lodestone);
  for (let round = 0; round < 200; round++) await kept.get();
  process.kill(lodestone.pid, "SIGHUP");
  const before = lodestone.workers();
  await until("a reload works as well", () => lodestone.workers().some((pid) => !before.includes(pid)));
  await until("it answers", async () => (await ask(lodestone.url("/"))).body === "one");
});

/** Root may do everything, so what is not permitted can only be tried by somebody else, whom only root can become. */
function requireRoot(t: TestContext): boolean {
  if (!requirePeer(t, "setpriv")) return false;
  if (process.getuid?.() === 0) return true;
  t.skip("only root can become somebody else");
  return false;
}

const NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"];

/** A server of a user without rights. */
class Unprivileged implements AsyncDisposable {
  readonly folder = new TemporaryFolder("nobody");
  readonly child: Child;

  constructor(config: string, files: Record<string, string> = scripts) {
    chmodSync(this.folder.path, 0o755);
    for (const [name, text] of Object.entries(files)) this.folder.write(name, text);
    const file = this.folder.write("lodestone.yaml", config);
    for (const name of Object.keys(files))
      if (name.startsWith("secret")) chmodSync(`${this.folder.path}/${name}`, 0);
    this.child = new Child("setpriv", [...NOBODY, process.execPath, LAUNCHER, "serve", file], { cwd: "/" });
  }

  async url(): Promise<string> {
    return await until("it listens", () => {
      if (!this.child.running) throw new Error(this.child.stderr);
      return /listening on (http:\S+)/.exec(this.child.stderr)?.[1];
    });
  }

  logged(text: string | RegExp): Promise<unknown> {
    return until(`${text} is logged`, () => this.child.stdout.search(text) !== -1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

test("a port that needs privileges is told with the remedy", async (t) => {
  if (!requireRoot(t)) return;
  await using server = new Unprivileged(`listen: "127.0.0.1:1"\nworkers: 1\n${sites}`);
  assert.equal((await server.child.ended).code, 1);
  assert.match(
    server.child.stderr,
    /cannot listen on 127\.0\.0\.1:1: permission denied; a port below 1024 needs root, the capability CAP_NET_BIND_SERVICE/,
  );
});

test("a script that may not be read is told with its name", async (t) => {
  if (!requireRoot(t)) return;
  await using server = new Unprivileged(
    'listen: "127.0.0.1:0"\nworkers: 1\nsites: [{ scripts: secret.ts }]\n',
    { "secret.ts": scripts["one.ts"] },
  );
  assert.equal((await server.child.ended).code, 1);
  assert.match(server.child.stderr, /secret\.ts.*(permission denied|EACCES)/i);
});

test("a pid file that cannot be written is a warning", async (t) => {
  if (!requireRoot(t)) return;
  await using server = new Unprivileged(
    `listen: "127.0.0.1:0"\npidFile: /proc/lodestone.pid\nworkers: 1\n${sites}`,
  );
  assert.equal((await ask(`${await server.url()}/`)).body, "one");
  await server.logged(
    /"pidFile":"\/proc\/lodestone\.pid","reason":"(EACCES|ENOENT|EPERM).*the pid file cannot be written/,
  );
});

test("a worker that cannot be forked is told with its reason, tried again, and keeps the others serving", async (t) => {
  if (!requireRoot(t) || !requirePeer(t, "prlimit")) return;
  await using server = new Unprivileged(`listen: "127.0.0.1:0"\nworkers: 2\n${sites}`);
  const url = await server.url();
  const limits = readFileSync(`/proc/${server.child.pid}/limits`, "latin1");
  const hard = /^Max processes +\S+ +(\S+)/m.exec(limits)![1]!;
  const limit = (processes: string): void => {
    const parameters = [...NOBODY, "prlimit", `--pid=${server.child.pid}`, `--nproc=${processes}:${hard}`];
    execFileSync("setpriv", parameters);
  };
  const workers = () => processTree(server.child.pid).filter(({ command }) => /worker\.ts/.test(command));
  const [victim] = workers();
  // A user's processes and threads are counted together: there are more than one.
  limit("1");
  process.kill(victim!.pid, "SIGKILL");
  await server.logged(/cannot be started: spawn .*EAGAIN/);
  assert.equal((await ask(`${url}/`)).body, "one");
  limit(hard);
  await until("there are two again", () => workers().length === 2, { timeout: 20_000 });
  assert.equal((await ask(`${url}/`)).body, "one");
});
