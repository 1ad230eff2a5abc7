import assert from "node:assert/strict";
import test from "node:test";
import { requirePeer } from "../support/peer.ts";
import { measurePhp } from "./php.ts";

test("PHP and a script make the same page, and all ways to it are timed", async (t) => {
  if (!requirePeer(t, "wrk", "taskset", "nginx", "php-fpm8.2")) return;
  const results = await measurePhp({ rounds: 1, seconds: 0.5, warmUp: 0.2 });
  assert.equal(results.length, 4);
  for (const { cpuPerRequest } of results) assert.ok(cpuPerRequest.median > 1, JSON.stringify(results));
});
