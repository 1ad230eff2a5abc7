import assert from "node:assert/strict";
import test from "node:test";
import { requirePeer } from "../support/peer.ts";
import { measureIdle, possibleConnections } from "./connections.ts";
import { lodestone } from "./servers/lodestone.ts";

test("a thousand idle clients stay connected, and each costs some memory", { timeout: 60_000 }, async (t) => {
  if (!requirePeer(t, "wrk", "taskset")) return;
  const connections = possibleConnections(1000);
  const result = await measureIdle(lodestone, { connections, warmUp: 1, watch: 0.5 });
  assert.equal(result.connections, connections);
  // An idle connection has a socket of Node and some state: more is a buffer that somebody forgot.
  assert.ok(result.perConnection < 32_768, JSON.stringify(result));
  assert.ok(result.cpuPerConnection > 0 && result.cpuPerConnection < 5000, JSON.stringify(result));
});
