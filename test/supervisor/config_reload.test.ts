import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { WebSocket, WebSocketServer } from "ws";
import { Child } from "../support/child.ts";
import { freePort } from "../support/free_port.ts";
import { isRunning } from "../support/is_running.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { processTree } from "../support/process_tree.ts";
import { SteadyLoad } from "../support/steady_load.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";
import { ask } from "./supervised.ts";

const answer = (text: string) => `export default () => new Response(${JSON.stringify(text)});\n`;

/** The configuration that `startLodestone` writes, anew. */
function configure(lodestone: Lodestone, config: string, listen = '"127.0.0.1:0"'): void {
  lodestone.folder.write("lodestone.yaml", `listen: [${listen}]\n${config}`);
}

const count = (lodestone: Lodestone, msg: string): number =>
  lodestone.log().filter((line) => line.msg === msg).length;

/** Sends SIGHUP and waits until the log tells what has become of it. */
async function reload(lodestone: Lodestone, outcome: "reloaded" | "not reloaded; what serves goes on") {
  const before = count(lodestone, outcome);
  process.kill(lodestone.pid, "SIGHUP");
  await until(`SIGHUP: ${outcome}`, () => count(lodestone, outcome) > before);
}

async function bodyIs(lodestone: Lodestone, body: string): Promise<void> {
  await until(`the answer is ${body}`, async () => (await ask(lodestone.url("/"))).body === body);
}

test("a reload brings the new configuration, on the same socket, and the old workers end", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ scripts: one.ts }]\n",
    scripts: { "one.ts": answer("one"), "two.ts": answer("two") },
  });
  const old = lodestone.workers();
  configure(lodestone, "workers: 2\nlog: { level: debug }\nsites: [{ scripts: two.ts }]\n");
  await reload(lodestone, "reloaded");
  await until("the old worker has ended", () => old.every((pid) => !isRunning(pid)));
  // The address has port 0: another socket would have another port.
  assert.equal((await ask(lodestone.url("/"))).body, "two");
  assert.equal(lodestone.workers().length, 2);
});

test("a configuration with faults is told with their places, and everything goes on", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ scripts: one.ts }]\n",
    scripts: { "one.ts": answer("one") },
  });
  const workers = lodestone.workers();
  configure(lodestone, "workers: many\nsites: [{ scripts: one.ts }]\n");
  await reload(lodestone, "not reloaded; what serves goes on");
  assert.match(lodestone.stderr, /lodestone\.yaml:2:10: .*workers.*\n {2}workers: many\n {11}\^/);
  const line = lodestone.log().find(({ msg }) => String(msg).startsWith("not reloaded"));
  assert.equal(line?.level, 50);
  assert.match(String(line?.reason), /lodestone\.yaml:2:10: /);
  assert.deepEqual(lodestone.workers(), workers);
  assert.equal((await ask(lodestone.url("/"))).body, "one");
});

test("scripts that do not compile, or throw while they load, refuse the reload", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 2\nsites: [{ scripts: one.ts }]\n",
    scripts: {
      "one.ts": answer("one"),
      "wrong.ts": "export default (",
      "throws.ts": 'throw new Error("not today");\nexport default () => {};\n',
    },
  });
  configure(lodestone, "sites: [{ scripts: wrong.ts }]\n");
  await reload(lodestone, "not reloaded; what serves goes on");
  assert.match(lodestone.stderr, /wrong\.ts:1:17: /);
  configure(lodestone, "sites: [{ scripts: throws.ts }]\n");
  await reload(lodestone, "not reloaded; what serves goes on");
  assert.match(
    String(lodestone.log().findLast(({ msg }) => String(msg).startsWith("not reloaded"))?.reason),
    /could not be loaded/,
  );
  assert.equal((await ask(lodestone.url("/"))).body, "one");
  assert.equal(lodestone.workers().length, 2);
});

test("addresses come and go; one that is taken refuses the reload with nothing changed", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ scripts: one.ts }]\n",
    scripts: { "one.ts": answer("one") },
  });
  const [added, wanted] = [await freePort(), await freePort()];
  const sites = "sites: [{ scripts: one.ts }]\n";
  await using other = createServer((_, response) => response.end("other")).listen(0, "127.0.0.1");
  await until("the other server listens", () => other.listening);
  const { port: taken } = other.address() as { port: number };

  configure(lodestone, sites, `"127.0.0.1:0", "127.0.0.1:${added}"`);
  await reload(lodestone, "reloaded");
  assert.equal((await ask(`http://127.0.0.1:${added}/`)).body, "one");

  configure(lodestone, sites, `"127.0.0.1:0", "127.0.0.1:${wanted}", "127.0.0.1:${taken}"`);
  await reload(lodestone, "not reloaded; what serves goes on");
  assert.match(
    lodestone.stderr,
    new RegExp(`lodestone: not reloaded: cannot listen on 127.0.0.1:${taken}: in use by another process`),
  );
  await assert.rejects(ask(`http://127.0.0.1:${wanted}/`), /ECONNREFUSED/);
  assert.equal((await ask(`http://127.0.0.1:${added}/`)).body, "one");

  configure(lodestone, sites);
  await reload(lodestone, "reloaded");
  await until("the address that is gone refuses connections", async () => {
    return await ask(`http://127.0.0.1:${added}/`).then(
      () => false,
      (error) => error.code === "ECONNREFUSED",
    );
  });
  assert.equal((await ask(lodestone.url("/"))).body, "one");
});

test("an address that is written in another way keeps its socket", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ scripts: one.ts }]\n",
    scripts: { "one.ts": answer("one"), "two.ts": answer("two") },
  });
  const { port } = new URL(lodestone.address);
  configure(lodestone, "workers: 1\nsites: [{ scripts: two.ts }]\n", `"127.0.0.1:${port}"`);
  await reload(lodestone, "reloaded");
  await bodyIs(lodestone, "two");
});

test("a configuration of options reloads with the same options", async () => {
  using folder = new TemporaryFolder("options");
  const script = folder.write("site.ts", "export default () => {};\n");
  folder.write("www/file.txt", "a file");
  const options = ["--listen", "127.0.0.1:0", "--root", "www", "--workers", "1"];
  const launcher = fileURLToPath(new URL("../../core/cli/lodestone.js", import.meta.url));
  await using child = new Child(process.execPath, [launcher, "serve", script, ...options], {
    cwd: folder.path,
    env: { LODESTONE_LOG_LEVEL: "info" },
  });
  const url = await until("it listens", () => /listening on (http:\S+)/.exec(child.stderr)?.[1]);
  child.process.kill("SIGHUP");
  await until("reloaded", () => child.stdout.includes('"msg":"reloaded"'));
  assert.deepEqual(await ask(`${url}/file.txt`), { status: 200, body: "a file" });
  child.process.kill("SIGTERM");
  assert.equal((await child.ended).code, 0);
});

test("idle connections may make one more request, and are told that it is the last", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ scripts: one.ts }]\n",
    scripts: { "one.ts": answer("one"), "two.ts": answer("two") },
  });
  const socket = connect(Number(new URL(lodestone.address).port), "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    received += text;
  });
  const request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  socket.write(request);
  await until("the first answer", () => received.endsWith("one"));
  assert.doesNotMatch(received, /connection: close/i);
  const [old] = lodestone.workers();
  configure(lodestone, "workers: 1\nsites: [{ scripts: two.ts }]\n");
  await reload(lodestone, "reloaded");
  await bodyIs(lodestone, "two");
  assert.ok(isRunning(old!));
  received = "";
  socket.write(request);
  await until("the last answer", () => received.endsWith("one"));
  assert.match(received, /connection: close/i);
  await until("the connection is closed", () => socket.destroyed || socket.readableEnded);
  await until("the old worker has ended", () => !isRunning(old!));
});

test("20 reloads under load: no request fails, a long download goes on, old workers end", async (t) => {
  await using lodestone = await startLodestone({
    config: "workers: 2\nlog: { access: false }\nsites: [{ scripts: one.ts, root: www }]\n",
    scripts: {
      "one.ts": 'export default (request) => { if (request.path === "/") return new Response("one"); };\n',
    },
    files: { "www/big": Buffer.alloc(64 * 1024 * 1024, 7) },
  });
  let downloaded = 0;
  let wanted = 0;
  const download = connect(Number(new URL(lodestone.address).port), "127.0.0.1");
  download.write("GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  download.on("data", (chunk: Buffer) => {
    downloaded += chunk.length;
    if (downloaded > wanted) download.pause();
  });
  await until("the download has begun", () => downloaded > 0);

  const first = lodestone.workers();
  await using load = new SteadyLoad(lodestone.url("/"), { keepAlive: 6, fresh: 2, rest: 5 });
  const memory: number[] = [];
  for (let round = 0; round < 20; round++) {
    await reload(lodestone, "reloaded");
    wanted += 2 ** 20;
    download.resume();
    memory.push(residentOf(lodestone.pid));
  }
  await load.stop();
  assert.deepEqual(load.failures, []);
  assert.ok(load.requests > 500, `${load.requests} requests`);

  wanted = Number.POSITIVE_INFINITY;
  download.resume();
  await until("the download is complete", () => download.readableEnded, { timeout: 30_000 });
  assert.ok(downloaded > 64 * 1024 * 1024);
  await until("only two workers are left", () => lodestone.workers().length === 2);
  assert.ok(lodestone.workers().every((pid) => !first.includes(pid)));
  const [early, late] = [memory[4]!, memory.at(-1)!];
  t.diagnostic(
    `${load.requests} requests, 0 failed, slowest ${Math.round(load.slowest)} ms; ` +
      `the supervisor's memory ${mega(early)} MB after 5 reloads, ${mega(late)} MB after 20; ` +
      `${readdirSync(`/proc/${lodestone.pid}/fd`).length} descriptors`,
  );
  assert.ok(late < early * 1.3, `memory has grown from ${mega(early)} to ${mega(late)} MB`);
});

test("WebSockets outlive reloads, end when they end, and are cut off after reloadTimeout", async (t) => {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(`echo ${data}`)));
  server.listen(0, "127.0.0.1");
  await until("the origin listens", () => server.listening);
  t.after(() => server.close());
  t.after(() => sockets.clients.forEach((client) => void client.terminate()));
  const { port } = server.address() as { port: number };
  const config = (timeout: string) =>
    `workers: 1\nreloadTimeout: ${timeout}\nsites: [{ backend: "http://127.0.0.1:${port}" }]\n`;
  await using lodestone = await startLodestone({ config: config("1h") });
  const [first] = lodestone.workers();
  const echo = async (socket: WebSocket, text: string) => {
    const answer = once(socket, "message");
    socket.send(text);
    assert.equal(String((await answer)[0]), `echo ${text}`);
  };
  const open = async () => {
    const socket = new WebSocket(lodestone.address.replace("http", "ws"));
    await once(socket, "open");
    return socket;
  };

  const old = await open();
  await echo(old, "before");
  for (let round = 0; round < 3; round++) {
    await reload(lodestone, "reloaded");
    await echo(old, `after reload ${round}`);
  }
  assert.ok(isRunning(first!));
  old.close();
  await until("the first worker has ended", () => !isRunning(first!));

  const cut = await open();
  await echo(cut, "before");
  configure(lodestone, config("300ms"));
  const closed = once(cut, "close");
  await reload(lodestone, "reloaded");
  await closed;
  const line = await lodestone.waitForLog(({ msg }) => msg === "exchanges cut off");
  assert.equal(line.reason, "reloadTimeout has passed (300 ms)");
});

test("of more than eight old generations the oldest have to end, with a warning", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\ndrainTimeout: 200ms\nsites: [{ scripts: one.ts }]\n",
    scripts: { "one.ts": answer("one") },
  });
  const sockets: Socket[] = [];
  for (let round = 0; round < 10; round++) {
    const worker = lodestone.workers().at(-1)!;
    const socket = connect(Number(new URL(lodestone.address).port), "127.0.0.1");
    socket.on("error", () => {});
    // Half a request keeps its worker.
    socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
    sockets.push(socket);
    await until("the worker has it", () => connectionsOf(worker) > 0);
    await reload(lodestone, "reloaded");
  }
  const warnings = lodestone.log().filter(({ msg }) => String(msg).startsWith("too many old generations"));
  assert.equal(warnings.length, 2);
  assert.equal(warnings[0]?.level, 40);
  await until("eight of them are left, and the current one", () => lodestone.workers().length === 9);
  for (const socket of sockets) socket.destroy();
  await until("the current one is left", () => lodestone.workers().length === 1);
});

/** TCP connections that a process has open, the listening socket left out. */
function connectionsOf(pid: number): number {
  const established = readFileSync("/proc/net/tcp", "latin1")
    .split("\n")
    .map((row) => row.trim().split(/ +/))
    .filter((columns) => columns[3] === "01")
    .map((columns) => `socket:[${columns[9]}]`);
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return established.includes(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      return false;
    }
  }).length;
}

const mega = (bytes: number): number => Math.round(bytes / 2 ** 20);

const residentOf = (pid: number): number => processTree(pid)[0]!.resident;
