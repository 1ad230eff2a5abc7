import assert from "node:assert/strict";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { folderWith, lodestone, NODES, OLD_NODES, outcomeOf, startLodestone } from "./run_lodestone.ts";

const CLI = fileURLToPath(new URL("../../core/cli/", import.meta.url));

/** Stands in for the program: tells how it was started, then does what its first argument says. */
const PROGRAM = `
import { followLauncher } from "./follow_launcher.ts";
followLauncher();
const { pid, argv, execArgv, version, env } = process;
for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR2"]) {
  process.on(signal, () => { console.log(signal); if (argv[2] !== "count" || signal === "SIGTERM") process.exit(40); });
}
console.log(JSON.stringify({ pid, parameters: argv.slice(2), execArgv, version, launcher: env.LODESTONE_LAUNCHER }));
const [what, value] = argv.slice(2);
if (what === "wait" || what === "count") setInterval(() => {}, 1000);
if (what === "exit") process.exitCode = Number(value);
if (what === "die") process.kill(pid, "SIGKILL");
`;

interface Start {
  readonly pid: number;
  readonly parameters: readonly string[];
  readonly execArgv: readonly string[];
  readonly version: string;
  readonly launcher?: string;
}

/** Path of a launcher whose program is the one above; with or without a pinned Node beside it. */
function installation(t: TestContext, pinned: boolean): string {
  const root = folderWith(t, { "package.json": '{ "type": "module" }' });
  mkdirSync(join(root, "core/cli"), { recursive: true });
  for (const name of ["lodestone.js", "follow_launcher.ts"])
    cpSync(join(CLI, name), join(root, "core/cli", name));
  writeFileSync(join(root, "core/cli/main.ts"), PROGRAM);
  if (pinned) {
    mkdirSync(join(root, "node_modules"));
    const node = dirname(createRequire(import.meta.url).resolve("node/package.json"));
    symlinkSync(node, join(root, "node_modules/node"));
  }
  return join(root, "core/cli/lodestone.js");
}

/** The lines a process writes, one at a time. */
function linesOf(child: ChildProcessWithoutNullStreams): () => Promise<string | undefined> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => (await lines.next()).value;
}

async function startOf(next: () => Promise<string | undefined>): Promise<Start> {
  return JSON.parse((await next()) ?? "null") as Start;
}

for (const node of NODES) {
  test(`the program runs on Node 24 or newer without warnings of experiments (${node})`, async (t) => {
    const { code, stdout, stderr } = await lodestone(t, ["serve", "--x", "a b"], {
      node,
      launcher: installation(t, true),
    });
    const start = JSON.parse(stdout) as Start;
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(start.parameters, ["serve", "--x", "a b"]);
    assert.deepEqual(start.execArgv, ["--disable-warning=ExperimentalWarning", "--disable-sigusr1"]);
    assert.ok(Number.parseInt(start.version.slice(1), 10) >= 24, start.version);
    assert.equal(start.launcher, undefined);
  });

  test(`the exit code is the program's (${node})`, async (t) => {
    const { code, signal } = await lodestone(t, ["exit", "7"], { node, launcher: installation(t, true) });
    assert.deepEqual([code, signal], [7, null]);
  });

  test(`a signal that ends the program ends the launcher (${node})`, async (t) => {
    const { code, signal } = await lodestone(t, ["die"], { node, launcher: installation(t, true) });
    assert.deepEqual([code, signal], [null, "SIGKILL"]);
  });

  for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR2"] as const) {
    test(`${signal} reaches the program (${node})`, async (t) => {
      const child = startLodestone(t, ["wait"], { node, launcher: installation(t, true) });
      const next = linesOf(child);
      await startOf(next);
      const ended = outcomeOf(child);
      child.kill(signal);
      assert.equal(await next(), signal);
      assert.equal((await ended).code, 40);
    });
  }

  test(`SIGUSR1 opens no debugger and ends nothing (${node})`, async (t) => {
    const child = startLodestone(t, ["wait"], { node, launcher: installation(t, true) });
    const next = linesOf(child);
    const { pid } = await startOf(next);
    const ended = outcomeOf(child);
    for (const each of new Set([child.pid!, pid])) process.kill(each, "SIGUSR1");
    child.kill("SIGTERM");
    assert.equal(await next(), "SIGTERM");
    assert.equal((await ended).stderr, "");
  });

  test(`Ctrl-C, which a terminal sends to the whole group, reaches the program once (${node})`, async (t) => {
    const child = startLodestone(t, ["count"], { node, launcher: installation(t, true), detached: true });
    const next = linesOf(child);
    await startOf(next);
    process.kill(-child.pid!, "SIGINT");
    assert.equal(await next(), "SIGINT");
    child.kill("SIGTERM");
    assert.equal(await next(), "SIGTERM");
  });

  test(`no program outlives a launcher that is killed (${node})`, async (t) => {
    const child = startLodestone(t, ["wait"], { node, launcher: installation(t, true) });
    const next = linesOf(child);
    const { pid } = await startOf(next);
    child.kill("SIGKILL");
    // One process, or two of which the other is told; either way standard output ends.
    assert.equal(await next(), pid === child.pid ? undefined : "SIGTERM");
    assert.equal(await next(), undefined);
  });
}

test("where a process can be replaced the launcher leaves none behind", async (t) => {
  const child = startLodestone(t, ["wait"], { node: process.execPath, launcher: installation(t, true) });
  assert.equal((await startOf(linesOf(child))).pid, child.pid);
});

test("compiled code is kept beside the packages, and nowhere when there are none", async (t) => {
  const [kept, none] = [installation(t, true), installation(t, false)];
  const [first, second] = [
    await lodestone(t, [], { launcher: kept }),
    await lodestone(t, [], { launcher: none }),
  ];
  assert.deepEqual([first.code, second.code], [0, 0]);
  assert.ok(existsSync(join(kept, "../../../node_modules/.cache/lodestone")));
  assert.ok(!existsSync(join(none, "../../../node_modules")));
});

for (const node of OLD_NODES) {
  test(`without a Node that fits the launcher says which is needed (${node})`, async (t) => {
    const { code, stdout, stderr } = await lodestone(t, ["--version"], {
      node,
      launcher: installation(t, false),
    });
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^lodestone: Lodestone needs Node 24 or newer; this is v\d+\..*\n.*"npm ci".*\n$/);
  });

  test(`a pinned Node that was not downloaded counts as none (${node})`, async (t) => {
    const launcher = installation(t, false);
    const folder = join(launcher, "../../../node_modules/node");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "name": "node", "version": "26.0.0" }');
    const { code, stderr } = await lodestone(t, ["--version"], { node, launcher });
    assert.equal(code, 1);
    assert.match(stderr, /needs Node 24 or newer/);
  });
}
