import assert from "node:assert/strict";
import { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { startSuccessor, type UpgradeOptions } from "../../core/supervisor/upgrade.ts";
import { isRunning } from "../support/is_running.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";

const NEVER = new AbortController().signal;

/** A shell in the place of the new process, with its report at descriptor 3. What it writes is read from its folder. */
class Successor {
  readonly #folder = new TemporaryFolder("successor");
  readonly #t: TestContext;

  constructor(t: TestContext) {
    this.#t = t;
    t.after(() => this.#folder[Symbol.dispose]());
  }

  start(script: string, options: Partial<UpgradeOptions> = {}, env: NodeJS.ProcessEnv = {}): Promise<number> {
    const text = `cd ${this.#folder.path}\necho $$ > pid\n${script}\n`;
    this.#t.after(() => {
      if (existsSync(`${this.#folder.path}/pid`) && isRunning(this.pid)) process.kill(this.pid, "SIGKILL");
    });
    const plan = { node: "/bin/sh", parameters: ["-c", text], env: { PATH: process.env.PATH, ...env } };
    return startSuccessor({ plan, sockets: [], signal: NEVER, ...options });
  }

  read(name: string): string {
    return readFileSync(`${this.#folder.path}/${name}`, "utf8");
  }

  has(name: string): boolean {
    return existsSync(`${this.#folder.path}/${name}`);
  }

  get pid(): number {
    return Number(this.read("pid"));
  }

  async ended(): Promise<void> {
    await until("the new process has ended", () => !isRunning(this.pid));
  }
}

/** Writes down that it was asked to end, and ends. */
const POLITE = "trap 'echo asked > asked; exit 0' TERM\n";
const WAIT = "while :; do sleep 0.01; done";

test("one that serves lives on, and has an environment of its own", async (t) => {
  const successor = new Successor(t);
  const env = {
    WATCHDOG_PID: "1",
    LODESTONE_LAUNCHER: "2",
    NODE_CHANNEL_FD: "3",
    WATCHDOG_USEC: "4000000",
    LODESTONE_LOG_LEVEL: "debug",
  };
  const pid = await successor.start(`env > env\necho ready >&3\n${POLITE}${WAIT}`, {}, env);
  assert.equal(pid, successor.pid);
  assert.ok(isRunning(pid));
  const variables = new Map(
    successor
      .read("env")
      .split("\n")
      .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
  for (const name of ["WATCHDOG_PID", "LODESTONE_LAUNCHER", "NODE_CHANNEL_FD"])
    assert.equal(variables.get(name), undefined, `${name} is about the process before`);
  assert.equal(variables.get("WATCHDOG_USEC"), "4000000");
  assert.equal(variables.get("LODESTONE_LOG_LEVEL"), "debug");
  assert.deepEqual(JSON.parse(variables.get("LODESTONE_UPGRADE") ?? ""), { report: 3, sockets: [] });
  assert.ok(!successor.has("asked"));
  process.kill(pid, "SIGTERM");
  await successor.ended();
});

for (const [what, script, reason] of [
  ["says why it cannot serve", `${POLITE}printf '"no\\\\nroom"\\n' >&3\n${WAIT}`, "no\nroom"],
  ["says something else", `${POLITE}echo Hello >&3\n${WAIT}`, 'it says "Hello"'],
  ["ends", "exit 7", "it ended with exit code 7"],
  ["is killed", "kill -KILL $$", "it was killed by SIGKILL"],
] as const) {
  test(`one that ${what} is a failure with that reason, and has ended`, async (t) => {
    const successor = new Successor(t);
    await assert.rejects(successor.start(script), { message: reason });
    await successor.ended();
    assert.equal(successor.has("asked"), script.startsWith(POLITE), "it was asked to end");
  });
}

test("one that says more than any reason has is not listened to for ever", async (t) => {
  const successor = new Successor(t);
  const endless = "while :; do printf '%01000d' 0 >&3 || exit 0; done";
  await assert.rejects(successor.start(endless), { message: `it says "${"0".repeat(200)}"` });
  await successor.ended();
});

test("one that does not serve in time is asked to end", { timeout: 30_000 }, async (t) => {
  const successor = new Successor(t);
  // It may not have come to its first line by then.
  const deadline = 1000;
  await assert.rejects(successor.start(`${POLITE}${WAIT}`, { deadline }), {
    message: "it does not serve after 1 s",
  });
  await until("it has been asked", () => successor.has("asked"));
  await successor.ended();
});

test("one that is asked to end and does not is killed", async (t) => {
  const successor = new Successor(t);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const kill = t.mock.method(ChildProcess.prototype, "kill");
  const signals = () => kill.mock.calls.map((call) => call.arguments[0]);
  await assert.rejects(successor.start(`trap "" TERM\necho '"no"' >&3\nexec sleep 600`), { message: "no" });
  t.mock.timers.tick(4999);
  assert.deepEqual(signals(), ["SIGTERM"], "it has five seconds");
  t.mock.timers.tick(1);
  assert.deepEqual(signals(), ["SIGTERM", "SIGKILL"]);
  t.mock.timers.reset();
  await successor.ended();
});

test("a server that is being stopped gives the upgrade up", { timeout: 30_000 }, async (t) => {
  const successor = new Successor(t);
  const stop = new AbortController();
  const started = successor.start(`${POLITE}echo > waits\n${WAIT}`, { signal: stop.signal });
  started.catch(() => {});
  await until("it runs", () => successor.has("waits"));
  stop.abort();
  await assert.rejects(started, { message: "the server is being stopped" });
  await until("it has been asked to end", () => successor.has("asked"));
});

test("a program that is not there is a failure, and there is nothing to end", async () => {
  const plan = { node: "/nowhere/node", parameters: [], env: {} };
  await assert.rejects(startSuccessor({ plan, sockets: [], signal: NEVER }), {
    message: /^it cannot be started: .*ENOENT/,
  });
});
