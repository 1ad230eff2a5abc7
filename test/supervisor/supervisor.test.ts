import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import test from "node:test";
import { isRunning } from "../support/is_running.ts";
import { testListener } from "../support/test_config.ts";
import { until } from "../support/until.ts";
import { ask, Supervised } from "./supervised.ts";

const script = `
let requests = 0;
export default async (request: Request) => {
  const { pathname, searchParams } = new URL(request.url);
  requests++;
  if (pathname === "/slow") await new Promise((done) => setTimeout(done, Number(searchParams.get("ms"))));
  return new Response("answer");
};
`;

/** The slow exchange has an access line that says how it ended, and one warning counts it. */
function assertCutOff(supervised: Supervised, reason: RegExp): void {
  const line = supervised.log("request").find(({ path }) => path === "/slow");
  assert.deepEqual([line?.status, line?.code], [503, "cut_off"]);
  assert.match(String(line?.error), reason);
  const warnings = supervised.log("exchanges cut off");
  assert.deepEqual(
    warnings.map(({ level, exchanges }) => [level, exchanges]),
    [[40, 1]],
  );
  assert.match(String(warnings[0]?.reason), reason);
}

/** Sends signals until one is taken for a second one. */
async function secondSignal(supervised: Supervised): Promise<void> {
  await until("a second signal is heard", () => {
    supervised.child.process.kill("SIGTERM");
    return supervised.log("ending at once").length > 0 || !supervised.child.running;
  });
}

test("starts, tells where it listens and what to try, serves, and exits with 0 on SIGTERM", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": script } });
  const url = await supervised.serving();
  assert.deepEqual(await ask(`${url}/`), { status: 200, body: "answer" });
  assert.match(supervised.child.stderr, /^site site for every host: site\.ts$/m);
  assert.match(supervised.child.stderr, new RegExp(`^Try ${url}/$`, "m"));
  assert.equal(supervised.workers().length, 2);

  const { code, signal } = await supervised.stop("SIGTERM");
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
  const request = supervised.log("request")[0];
  assert.equal(request?.status, 200);
  assert.equal(supervised.log("serving").length, 1);
});

test("exits with 0 on SIGINT", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": script } });
  await supervised.serving();
  const { code, signal } = await supervised.stop("SIGINT");
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
});

test("a killed worker is replaced at once, and no new connection fails meanwhile", async (t) => {
  await using supervised = new Supervised({ scripts: { "site.ts": script }, config: { workers: 1 } });
  const url = await supervised.serving();
  const [victim] = supervised.workers();
  const killed = performance.now();
  process.kill(victim!, "SIGKILL");
  // The only worker is dead: the connection waits in the kernel until the next one accepts it.
  assert.deepEqual(await ask(`${url}/`), { status: 200, body: "answer" });
  t.diagnostic(`answered ${Math.round(performance.now() - killed)} ms after the kill`);
  const ended = await supervised.logged("worker ended");
  assert.equal(ended.reason, "killed by SIGKILL");
  assert.equal(ended.worker, victim);
  assert.notDeepEqual(supervised.workers(), [victim]);
  assert.equal((await supervised.stop()).code, 0);
});

test("a worker that gets SIGTERM finishes what it has begun, and another takes its place meanwhile", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": script }, config: { workers: 1 } });
  const url = await supervised.serving();
  const [leaving] = supervised.workers();
  const slow = ask(`${url}/slow?ms=1500`);
  await ask(`${url}/`);
  process.kill(leaving!, "SIGTERM");
  await supervised.logged("worker ready", ({ worker }) => worker !== leaving);
  assert.ok(isRunning(leaving!));
  assert.deepEqual(await ask(`${url}/`), { status: 200, body: "answer" });
  assert.deepEqual(await slow, { status: 200, body: "answer" });
  await until("the old worker has ended", () => !isRunning(leaving!));
  assert.equal((await supervised.stop()).code, 0);
});

test("SIGTERM lets a response under way finish and refuses new connections", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": script } });
  const url = await supervised.serving();
  const slow = ask(`${url}/slow?ms=1500`);
  await ask(`${url}/`);
  supervised.child.process.kill("SIGTERM");
  await supervised.logged("draining");
  await until("new connections are refused", async () => {
    return await ask(`${url}/`).then(
      () => false,
      (error) => (error as NodeJS.ErrnoException).code === "ECONNREFUSED",
    );
  });
  assert.ok(supervised.child.running, "still running while the response is under way");
  assert.deepEqual(await slow, { status: 200, body: "answer" });
  const { code, signal } = await supervised.child.ended;
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
});

test("a response that takes longer than the drain timeout is cut off, and the log tells of it", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": script }, config: { drainTimeout: 200 } });
  const url = await supervised.serving();
  const slow = ask(`${url}/slow?ms=9000`).catch((error: Error) => error);
  await ask(`${url}/`);
  const { code } = await supervised.stop();
  assert.equal(code, 0);
  assert.ok((await slow) instanceof Error);
  assertCutOff(supervised, /drainTimeout/);
});

test("a worker that ends within the drain timeout has nothing to warn of", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": script } });
  const url = await supervised.serving();
  const slow = ask(`${url}/slow?ms=300`);
  await ask(`${url}/`);
  assert.equal((await supervised.stop()).code, 0);
  assert.deepEqual(await slow, { status: 200, body: "answer" });
  assert.deepEqual(
    supervised.log().filter(({ level }) => Number(level) >= 40),
    [],
  );
});

test("a second signal ends it at once", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": script } });
  const url = await supervised.serving();
  const slow = ask(`${url}/slow?ms=9000`).catch((error: Error) => error);
  await ask(`${url}/`);
  const workers = supervised.workers();
  supervised.child.process.kill("SIGTERM");
  // A launcher in the same group of processes passes on what the terminal has already told everybody.
  supervised.child.process.kill("SIGINT");
  await supervised.logged("draining");
  assert.ok(supervised.child.running, "signals at the same moment are one");
  await secondSignal(supervised);
  const { code, signal } = await supervised.child.ended;
  // One more signal may meet the process when it is already leaving; to a shell both are 143.
  assert.ok(code === 128 + 15 || signal === "SIGTERM", `ended with code ${code}, signal ${signal}`);
  assert.ok((await slow) instanceof Error);
  await until("the workers have ended", () => workers.every((pid) => !isRunning(pid)));
  assertCutOff(supervised, /signal/);
});

test("a worker that is stuck does not hold up the end after a second signal", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": script }, config: { workers: 1 } });
  await supervised.serving();
  const [stuck] = supervised.workers();
  process.kill(stuck!, "SIGSTOP");
  supervised.child.process.kill("SIGTERM");
  await secondSignal(supervised);
  await supervised.child.ended;
  await until("the worker has ended", () => !isRunning(stuck!));
});

test("a third signal waits for nothing", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": script }, config: { workers: 1 } });
  await supervised.serving();
  const [stuck] = supervised.workers();
  process.kill(stuck!, "SIGSTOP");
  await until("signals end it", () => {
    return !supervised.child.process.kill("SIGTERM") || !supervised.child.running;
  });
  // More of them are heard while it waits for the worker.
  assert.ok(supervised.log("ending at once").length <= 3);
});

test("the workers finish and end when the supervisor is killed", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": script } });
  const url = await supervised.serving();
  const workers = supervised.workers();
  const slow = ask(`${url}/slow?ms=500`);
  await ask(`${url}/`);
  supervised.child.process.kill("SIGKILL");
  assert.deepEqual(await slow, { status: 200, body: "answer" });
  await until("the workers have ended", () => workers.every((pid) => !isRunning(pid)));
});

test("a port in use is an error that names it, and the exit code is 1", async () => {
  await using other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  await using supervised = new Supervised({
    scripts: { "site.ts": script },
    config: { listen: [testListener({ kind: "tcp", host: "127.0.0.1", port })] },
  });
  const { code, stderr } = await supervised.child.ended;
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `lodestone: cannot listen on 127.0.0.1:${port}: in use by another process (EADDRINUSE)\n`,
  );
});

test("a script that does not compile at the start is shown with its line, and the exit code is 1", async () => {
  await using supervised = new Supervised({
    scripts: { "site.ts": "export default () => {\n  retrun 1;\n};" },
  });
  const { code, stderr } = await supervised.child.ended;
  assert.equal(code, 1);
  assert.match(stderr, /site\.ts:2:10: .*\n {2} {2}retrun 1;\n {11}\^\n/);
});

test("listens on a Unix socket, takes over the file of a killed process and removes its own", async () => {
  const scripts = { "site.ts": script };
  await using first = new Supervised({ scripts });
  const path = `${first.folder.path}/lodestone.sock`;
  const config = { listen: [testListener({ kind: "unix", path })] };
  await using killed = new Supervised({ scripts, config });
  await killed.logged("serving");
  const workers = killed.workers();
  killed.child.process.kill("SIGKILL");
  await until("the workers have ended", () => workers.every((pid) => !isRunning(pid)));
  assert.ok(existsSync(path), "the killed process has left its file");

  await using successor = new Supervised({ scripts, config });
  await successor.logged("serving");
  assert.deepEqual(await ask("http://localhost/", path), { status: 200, body: "answer" });

  await using rival = new Supervised({ scripts, config });
  const refused = await rival.child.ended;
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /cannot listen on unix:.*: in use by another process/);
  assert.deepEqual(await ask("http://localhost/", path), { status: 200, body: "answer" });

  assert.equal((await successor.stop()).code, 0);
  assert.ok(!existsSync(path), "the socket's file is gone");
});
