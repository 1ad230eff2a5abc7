import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../support/child.ts";
import { requirePeer } from "../support/peer.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import type { WorkloadResult } from "./compare.ts";
import { spread } from "./spread.ts";

const bench = fileURLToPath(new URL("run.js", import.meta.url));

/** Short enough for every commit; the workloads that need much more time or memory are left out. */
const scripted =
  "answer,redirects,validation,signed,page_cache_hit,page_cache_miss,escalation_1k,escalation_100k,async";

test("a very short bench measures its servers and prints a complete table", async (t: TestContext) => {
  if (!requirePeer(t, "wrk", "taskset", "lighttpd", "nginx")) return;
  using folder = new TemporaryFolder("bench");
  const json = join(folder.path, "bench.json");
  const what = ["--workload", "answer", "--only", "lodestone,lighttpd,nginx,net", "--rate", "200"];
  const args = [...what, "--rounds", "1", "--seconds", "0.3", "--warm-up", "0.3", "--json", json];
  const { code, stdout, stderr } = await run(process.execPath, [bench, ...args]);
  assert.equal(code, 0, stderr);
  for (const server of ["Lodestone", "lighttpd mod_magnet", "nginx Lua", "bare node:net"]) {
    const row = new RegExp(`^${server} +\\d+\\.\\d\\d \\(\\S+\\)( +[\\d,]+){3} +[\\d,]+/[\\d,]+ +\\d+`, "m");
    assert.match(stdout, row);
  }
  const { results } = JSON.parse(readFileSync(json, "utf8")) as { results: WorkloadResult[] };
  assert.deepEqual(
    results[0]!.servers.map((server) => server.name),
    ["lodestone", "lighttpd", "nginx", "net"],
  );
  for (const server of results[0]!.servers) {
    assert.ok(
      server.cpuPerRequest.median > 0.5 && server.requestsPerSecond.median > 100,
      JSON.stringify(server),
    );
    assert.ok(server.lodestoneRatio!.median > 0.01, JSON.stringify(server));
  }
});

test("every server gives the answers that each workload of a script asks for", async (t: TestContext) => {
  if (!requirePeer(t, "taskset", "lighttpd", "nginx", "njs", "haproxy", "apache2", "varnishd")) return;
  const { code, stdout, stderr } = await run(process.execPath, [bench, "--check", "--workload", scripted]);
  assert.equal(code, 0, stderr);
  for (const name of scripted.split(",")) assert.match(stdout, new RegExp(`^${name}: .* Lodestone, `, "m"));
});

test("an unknown server is named, with those there are", async () => {
  const { code, stderr } = await run(process.execPath, [bench, "--only", "lodestone,iis"]);
  assert.equal(code, 1);
  assert.match(stderr, /Nothing is called iis; there are lodestone, lighttpd, nginx, njs, bare, haproxy/);
});

test("a spread has the median between its ends", () => {
  assert.deepEqual(spread([3, 1, 10]), { median: 3, min: 1, max: 10 });
  assert.deepEqual(spread([4, 2]), { median: 3, min: 2, max: 4 });
  assert.throws(() => spread([]), RangeError);
});
