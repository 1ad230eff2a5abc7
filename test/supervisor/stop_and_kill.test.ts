import assert from "node:assert/strict";
import { request } from "node:http";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { Child } from "../support/child.ts";
import { freePort } from "../support/free_port.ts";
import { isRunning } from "../support/is_running.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { SteadyLoad } from "../support/steady_load.ts";
import { until } from "../support/until.ts";
import { ask } from "./supervised.ts";

const scripts = {
  "one.ts": `export default async (request) => {
    if (request.method === "POST") return new Response(String((await request.arrayBuffer()).byteLength));
    return new Response("one");
  };\n`,
};
const config = "workers: 2\nlog: { access: false }\nsites: [{ scripts: one.ts }]\n";

/** An upload that is half sent; `finish` sends the rest and resolves to the answer. */
async function halfUpload(url: string, size: number) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const upload = request(url, { method: "POST", headers: { "content-length": size } }, (response) => {
    let body = "";
    response.setEncoding("latin1").on("data", (text: string) => {
      body += text;
    });
    response.on("end", () => resolve(`${response.statusCode} ${body}`));
  });
  upload.on("error", reject);
  await new Promise<unknown>((done) => upload.write(Buffer.alloc(size / 2), done));
  return (): Promise<string> => {
    upload.end(Buffer.alloc(size / 2));
    return promise;
  };
}

test("SIGTERM under load: no request of an open connection is lost, nor an upload", async (t) => {
  let requests = 0;
  let reset = 0;
  for (let round = 0; round < 5; round++) {
    const lodestone = await startLodestone({ config, scripts });
    const load = new SteadyLoad(lodestone.url("/"), { keepAlive: 6, fresh: 4, rest: 1 });
    const finish = await halfUpload(lodestone.url("/"), 200_000);
    await until("the load runs", () => load.requests > 200);
    process.kill(lodestone.pid, "SIGTERM");
    await until("new connections are refused", () => load.failures.length > 0);
    await load.stop();
    assert.equal(await finish(), "200 200000");
    await lodestone.ended();
    assert.deepEqual(
      load.failures.filter(({ isReused }) => isReused),
      [],
      "requests of connections that were open",
    );
    // The kernel drops connections that come between the last look at its queue and the closing of the socket.
    const resets = load.failures.filter(({ reason }) => !reason.startsWith("ECONNREFUSED"));
    assert.ok(resets.every(({ reason }) => reason.startsWith("ECONNRESET")));
    assert.ok(resets.length <= 10, "one for each client at most");
    reset += resets.length;
    requests += load.requests - load.failures.length;
  }
  t.diagnostic(
    `${requests} requests in 5 rounds, none lost on open connections; ${reset} connections reset that came at the moment of closing`,
  );
});

const workerReady = (lodestone: Lodestone) =>
  lodestone.log().filter(({ msg }) => msg === "worker ready").length;

test("kill -9 of a worker under load: only what it had under way fails, the next one answers within a second", async (t) => {
  await using lodestone = await startLodestone({ config, scripts });
  await using load = new SteadyLoad(lodestone.url("/"), { keepAlive: 8, fresh: 2, rest: 2 });
  const replaced: number[] = [];
  let most = 0;
  for (let round = 0; round < 5; round++) {
    const [before, failed] = [load.requests, load.failures.length];
    await until("the load runs", () => load.requests > before + 200);
    const ready = workerReady(lodestone);
    const killed = performance.now();
    process.kill(lodestone.workers()[round % 2]!, "SIGKILL");
    await until("its successor is ready", () => workerReady(lodestone) > ready, { every: 5 });
    replaced.push(Math.round(performance.now() - killed));
    // Connections that it had accepted: each client has one at most.
    most = Math.max(most, load.failures.length - failed);
    const late = load.failures.slice(failed).filter(({ at }) => at > killed + 1000);
    assert.deepEqual(late, [], "failures long after the kill");
  }
  await load.stop();
  assert.ok(most <= 10, `${most} requests failed at once`);
  // A second on a machine that has nothing else to do; this one has other tests to run.
  assert.ok(replaced.toSorted((a, b) => a - b)[2]! < 5000, `replaced after ${replaced} ms`);
  t.diagnostic(
    `5 kills in ${load.requests} requests: ${load.failures.length} failed, ${most} at most by one kill; ` +
      `the next worker was ready after ${replaced.join(", ")} ms; slowest request ${Math.round(load.slowest)} ms`,
  );
});

test("kill -9 of the supervisor: its workers finish and end, and a new start works at once on the same port", async (t) => {
  const launcher = fileURLToPath(new URL("../../core/cli/lodestone.js", import.meta.url));
  await using origin = await startLodestone({ config, scripts });
  const port = await freePort();
  const file = origin.folder.write("other.yaml", `listen: "127.0.0.1:${port}"\n${config}`);
  const start = () => new Child(process.execPath, [launcher, "serve", file]);
  await using first = start();
  await until("it listens", () => first.stderr.includes("listening on"));
  const finish = await halfUpload(`http://127.0.0.1:${port}/`, 200_000);
  first.process.kill("SIGKILL");
  const killed = performance.now();
  await using second = start();
  await until("the second one listens", () => {
    if (!second.running) throw new Error(second.stderr);
    return second.stderr.includes("listening on");
  });
  assert.equal((await ask(`http://127.0.0.1:${port}/`)).body, "one");
  t.diagnostic(`answered ${Math.round(performance.now() - killed)} ms after the kill`);
  assert.equal(await finish(), "200 200000");
  await first.ended;
  assert.ok(isRunning(second.pid));
});
