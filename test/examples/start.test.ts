import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { Child } from "../support/child.ts";
import { isRunning } from "../support/is_running.ts";
import { processTree } from "../support/process_tree.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";

const START = join(import.meta.dirname, "../../examples/start.js");

const examples = [
  "hello",
  "redirects",
  "not-found",
  "page-cache",
  "front-controller",
  "sidecar",
  "hono-app",
  "signed-links",
];

test("npm start serves every example and the application, and ends them together", async () => {
  await using child = new Child(process.execPath, [START], { env: { LODESTONE_LISTEN: "127.0.0.1:0" } });
  const address = await until(
    "it listens",
    () => {
      assert.ok(child.running, child.stderr);
      return /listening on (http:\S+)/.exec(child.stderr)?.[1];
    },
    { timeout: 30_000 },
  );
  for (const example of examples) {
    const { status } = await request(`${address}/`, { host: `${example}.localhost` });
    assert.notEqual(status, 503, example);
  }
  const { text } = await request(`${address}/search?q=a`, { host: "not-found.localhost" });
  assert.equal(text, 'Results for "a": none.\n');

  const pids = processTree(child.pid).map(({ pid }) => pid);
  child.process.kill("SIGTERM");
  const { code, signal } = await child.ended;
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, child.stderr);
  await until("all its processes have ended", () => !pids.some(isRunning));
});

test("npm start ends when the proxy cannot start, and says why", async () => {
  await using child = new Child(process.execPath, [START], { env: { LODESTONE_LISTEN: "nonsense" } });
  const { code, stderr } = await child.ended;
  assert.equal(code, 1);
  assert.match(stderr, /lodestone\.yaml:\d+:\d+: .*nonsense/);
});
