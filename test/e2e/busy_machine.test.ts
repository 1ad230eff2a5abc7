import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startLodestone } from "../support/lodestone.ts";
import { requirePeer } from "../support/peer.ts";
import { until } from "../support/until.ts";
import { Wrk } from "../support/wrk.ts";

const config = `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    limits: { cpu: 50ms }
`;
/** Takes a few tenths of a millisecond, so that the worker is in the isolate for much of its time. */
const script = `
export default () => {
  let sum = 0;
  for (let i = 0; i < 20_000; i++) sum += i;
  return new Response(String(sum));
};
`;

test("no request fails by the CPU limit when the machine lets the worker wait in the middle of it", async (t: TestContext) => {
  if (!requirePeer(t, "wrk")) return;
  await using lodestone = await startLodestone({ config, scripts: { "site.ts": script } });
  await using wrk = new Wrk(lodestone.url("/"), { connections: 8 });
  const [worker] = lodestone.workers();
  const stopped = await until(
    "the limit has struck in a pause of the process",
    async () => {
      process.kill(worker!, "SIGSTOP");
      await sleep(80);
      process.kill(worker!, "SIGCONT");
      await sleep(20);
      return lodestone.log().some(({ msg }) => `${msg}`.startsWith("the machine is too busy"));
    },
    { timeout: 60_000 },
  );
  assert.ok(stopped);
  const { requests, badStatus, socketErrors } = await wrk.stop();
  assert.ok(requests > 100);
  assert.deepEqual({ badStatus, socketErrors }, { badStatus: 0, socketErrors: 0 });
});
