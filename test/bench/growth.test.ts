import assert from "node:assert/strict";
import test from "node:test";
import { requirePeer } from "../support/peer.ts";
import { allSeries } from "./growth_series.ts";
import { lighttpd } from "./servers/lighttpd.ts";
import { lodestone } from "./servers/lodestone.ts";
import { nginx } from "./servers/nginx.ts";
import { startServers } from "./start_servers.ts";
import { measureWorkers } from "./workers.ts";

test("all servers do the largest amount of what is measured in growing ones", async (t) => {
  if (!requirePeer(t, "taskset", "nginx", "lighttpd")) return;
  for (const { name, points } of allSeries) {
    if (name === "sites") continue; // A thousand of them: workloads.test.ts has ten.
    await using started = await startServers(points.at(-1)!.workload, [lodestone, lighttpd, nginx]);
    assert.equal(started.running.size, 3, name);
  }
});

test("one worker and two are timed with the same script", async (t) => {
  if (!requirePeer(t, "wrk")) return;
  const options = { rounds: 1, seconds: 0.5, warmUp: 0.2, connections: 8 };
  const results = await measureWorkers([1, 2], options);
  assert.deepEqual(
    results.map(({ workers }) => workers),
    [1, 2],
  );
  for (const { requestsPerSecond, cpuPerRequest } of results) {
    assert.ok(requestsPerSecond.median > 10 && cpuPerRequest.median > 10, JSON.stringify(results));
  }
});
