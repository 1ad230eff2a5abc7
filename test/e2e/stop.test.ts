import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { startOrigin } from "../support/origin.ts";
import { openResponse, request } from "../support/request.ts";
import { until } from "../support/until.ts";

const script = `
export default async (request: Request) => {
  if (request.path === "/script") return new Response("alive");
};
`;

test("SIGTERM lets a slow exchange finish, refuses new ones and ends with 0", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await using origin = await startOrigin({
    "/slow": async (_, response) => {
      response.write("begin ");
      await released;
      response.end("end");
    },
    "/late": async (_, response) => {
      await released;
      response.end("late");
    },
  });
  await using lodestone = await startLodestone({
    config: `
workers: 2
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    backend: origin
backends:
  origin: ${origin.url}
`,
    scripts: { "site.ts": script },
  });
  const begun = await openResponse(lodestone.url("/slow"));
  const headNotYetSent = request(lodestone.url("/late"));
  await until("both requests are under way", () => origin.requests.length === 2);

  process.kill(lodestone.pid, "SIGTERM");
  await until("new connections are refused", () =>
    request(lodestone.url("/script")).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === "ECONNREFUSED",
    ),
  );
  release();
  assert.equal((await begun.setEncoding("utf8").toArray()).join(""), "begin end");
  const late = await headNotYetSent;
  assert.deepEqual([late.status, late.text], [200, "late"]);
  assert.equal(late.headers.connection, "close");
  await lodestone.ended();
});

test("an idle keep-alive connection does not hold up the end", async () => {
  await using lodestone = await startLodestone({
    config: `sites: [{ hosts: ["*"], scripts: [site.ts] }]`,
    scripts: { "site.ts": script },
  });
  const { Agent } = await import("node:http");
  const agent = new Agent({ keepAlive: true });
  assert.equal((await request(lodestone.url("/script"), { agent })).text, "alive");
  const started = performance.now();
  await lodestone.stop();
  assert.ok(performance.now() - started < 3000);
  agent.destroy();
});

test("a worker that dies is replaced within a second", async (t: TestContext) => {
  await using lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [site.ts]
`,
    scripts: { "site.ts": script },
  });
  const alive = (): Promise<boolean> =>
    request(lodestone.url("/script"), { signal: AbortSignal.timeout(5000) }).then(
      (answer) => answer.text === "alive",
      () => false,
    );
  assert.ok(await alive());
  for (let i = 0; i < 3; i++) {
    const [worker, ...others] = lodestone.workers();
    assert.ok(worker !== undefined && others.length === 0, `one worker: ${lodestone.processes()}`);
    const killed = performance.now();
    process.kill(worker, "SIGKILL");
    await until("another worker is there", () => lodestone.workers().some((pid) => pid !== worker));
    await until("it answers", alive);
    const time = performance.now() - killed;
    t.diagnostic(`answers again after ${time.toFixed(0)} ms`);
    assert.ok(time < 1000, `answers again after ${time} ms`);
  }
});
