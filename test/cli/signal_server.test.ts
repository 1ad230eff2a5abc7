import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isRunning } from "../support/is_running.ts";
import { startLodestone } from "../support/lodestone.ts";
import { until } from "../support/until.ts";
import { folderWith, lodestone } from "./run_lodestone.ts";

const scripts = { "one.ts": 'export default () => new Response("one");\n' };
const config = "workers: 1\npidFile: ./run.pid\nsites: [{ scripts: one.ts }]\n";

test("reload, upgrade and stop find the server by its configuration's pid file", async (t) => {
  await using server = await startLodestone({ config, scripts });
  const file = `${server.folder.path}/lodestone.yaml`;
  const reloaded = await lodestone(t, ["reload", file]);
  assert.deepEqual(
    [reloaded.code, reloaded.stderr, reloaded.stdout.includes(`process ${server.pid} reads`)],
    [0, "", true],
  );
  await server.waitForLog(({ msg }) => msg === "reloaded");

  assert.equal((await lodestone(t, ["upgrade", file])).code, 0);
  await until("the first has ended", () => !isRunning(server.pid), { timeout: 30_000 });
  const successor = Number(readFileSync(`${server.folder.path}/run.pid`, "utf8"));
  assert.notEqual(successor, server.pid);

  const stopped = await lodestone(t, ["stop", file]);
  assert.equal(stopped.code, 0);
  assert.ok(!isRunning(successor), "stop waits for the end");
});

test("a server is found by its process id", async (t) => {
  const server = await startLodestone({ config, scripts });
  assert.equal((await lodestone(t, ["stop", "--pid", String(server.pid)])).code, 0);
  assert.ok(!isRunning(server.pid));
  await server.ended();
});

test("what cannot be found is told with its reason, and nothing is signalled", async (t) => {
  const folder = folderWith(t, {
    "none.yaml": "sites: [{ scripts: one.ts }]\n",
    "gone.yaml": config.replace("run.pid", "gone.pid"),
    "odd.yaml": config.replace("run.pid", "odd.pid"),
    "odd.pid": "soon\n",
    "stale.yaml": config.replace("run.pid", "stale.pid"),
    "stale.pid": "4194305\n",
    "stranger.yaml": config.replace("run.pid", "stranger.pid"),
    "stranger.pid": `${process.pid}\n`,
    "broken.yaml": "workers: many\n",
    "one.ts": scripts["one.ts"],
  });
  const cases: [parameters: string[], code: number, message: RegExp][] = [
    [["none.yaml"], 2, /none\.yaml has no pidFile, .*lodestone reload --pid PID/],
    [["gone.yaml"], 1, /gone\.pid is not there: the server does not run/],
    [["odd.yaml"], 1, /odd\.pid has no process id in it/],
    [["stale.yaml"], 1, /there is no process 4194305: the server has ended/],
    [["stranger.yaml"], 1, new RegExp(`process ${process.pid} is not Lodestone: `)],
    [["broken.yaml"], 1, /broken\.yaml:1:10: .*without its configuration: --pid PID/s],
    [["--pid", "1"], 2, /a process id is a number above 1/],
  ];
  for (const [parameters, code, message] of cases) {
    const outcome = await lodestone(t, ["reload", ...parameters], { cwd: folder });
    assert.match(outcome.stderr, message);
    assert.equal(outcome.code, code, parameters.join(" "));
  }
});
