import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import test from "node:test";
import { fileURLToPath } from "node:url";
import type { WorkerMessage } from "../core/supervisor/messages.ts";

const file = fileURLToPath(new URL("../core/worker.ts", import.meta.url));

/** A worker whose supervisor is the test. */
function startWorker(): ChildProcess {
  return fork(file, {
    execArgv: ["--no-node-snapshot", "--no-use-osr"],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

async function ended(worker: ChildProcess): Promise<{ code: number | null; said: WorkerMessage[] }> {
  const said: WorkerMessage[] = [];
  worker.on("message", (message) => said.push(message as WorkerMessage));
  const [code] = (await once(worker, "close")) as [number | null];
  return { code, said };
}

test("a worker that cannot serve says why and ends with 1", async () => {
  const worker = startWorker();
  worker.send({ type: "start", config: undefined });
  const { code, said } = await ended(worker);
  assert.equal(code, 1);
  assert.deepEqual(
    said.map(({ type }) => type),
    ["failed"],
  );
});

test("a worker with an error nobody caught asks for a replacement and ends with 1", async () => {
  const worker = startWorker();
  // A message that no supervisor sends.
  worker.send({ type: "load", site: null });
  const { code, said } = await ended(worker);
  assert.equal(code, 1);
  assert.deepEqual(
    said.map(({ type }) => type),
    ["leaving"],
  );
});

test("a worker that is told to drain before it has started ends with 0", async () => {
  const worker = startWorker();
  worker.send({ type: "drain" });
  const { code, said } = await ended(worker);
  assert.deepEqual({ code, said }, { code: 0, said: [] });
});

test("a worker ends when its supervisor has gone before it has started", async () => {
  const worker = startWorker();
  await once(worker, "spawn");
  worker.disconnect();
  const [code] = await once(worker, "exit");
  assert.equal(code, 0);
});
