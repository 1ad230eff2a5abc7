import assert from "node:assert/strict";
import { test } from "node:test";
import { askAdmin, scrape } from "../../support/admin.ts";
import { freePort } from "../../support/free_port.ts";
import { isRunning } from "../../support/is_running.ts";
import { startLodestone } from "../../support/lodestone.ts";
import { metric, parseMetrics } from "../../support/metrics_text.ts";
import { request } from "../../support/request.ts";
import { until } from "../../support/until.ts";

const SCRIPTS = { "site.ts": `export default () => new Response("hello");` };

test("an upgrade hands the admin listener over without an error, and it begins to count anew", async () => {
  const port = await freePort();
  await using lodestone = await startLodestone({
    config: `admin: 127.0.0.1:${port}\nworkers: 1\nsites: [{ hosts: ["*"], scripts: [site.ts] }]`,
    scripts: SCRIPTS,
  });
  for (let i = 0; i < 5; i++) await request(lodestone.url("/"));
  const before = await scrape(lodestone);
  assert.equal(metric(before, "lodestone_requests_total"), 5);
  process.kill(lodestone.pid, "SIGUSR2");
  const { successor } = await lodestone.waitForLog(({ successor }) => successor !== undefined, 30_000);
  try {
    const started = metric(before, "lodestone_start_time_seconds");
    const after = await until("the successor answers", async () => {
      const answer = await request(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
      if (answer === undefined) return undefined;
      const told = parseMetrics(answer.text);
      return metric(told, "lodestone_start_time_seconds") !== started && told;
    });
    assert.equal(metric(after, "lodestone_requests_total"), 0);
    assert.equal((await request(`http://127.0.0.1:${port}/readyz`)).status, 200);
    assert.equal(lodestone.log().filter(({ msg }) => String(msg).startsWith("no admin")).length, 0);
  } finally {
    process.kill(Number(successor), "SIGTERM");
    await until("the successor has ended", () => !isRunning(Number(successor)));
  }
});

test("what a reload has removed is told no more once its workers have ended, and the rest goes on counting", async () => {
  const yaml = (sites: string) =>
    `admin: 127.0.0.1:0\nworkers: 1\nsites: [${sites}]\nbackends: { app: http://127.0.0.1:1 }`;
  const kept = "{ hosts: [kept.example], scripts: [site.ts] }";
  const removed = "{ hosts: [removed.example], scripts: [site.ts] }";
  await using lodestone = await startLodestone({ config: yaml(`${kept}, ${removed}`), scripts: SCRIPTS });
  for (const host of ["kept.example", "removed.example"]) await request(lodestone.url("/"), { host });
  const port = new URL(lodestone.address).port;
  lodestone.folder.write("lodestone.yaml", `listen: ["127.0.0.1:${port}"]\n${yaml(kept)}`);
  assert.equal((await askAdmin(lodestone, "/reload", "POST")).status, 200);
  await request(lodestone.url("/"), { host: "kept.example" });
  const told = await until("the removed site is gone", async () => {
    const scraped = await scrape(lodestone);
    return metric(scraped, "lodestone_requests_total", { site: "removed.example" }) === 0 && scraped;
  });
  assert.equal(metric(told, "lodestone_requests_total", { site: "kept.example" }), 2);
  assert.doesNotMatch(JSON.stringify([...told.values()]), /removed\.example/);
});
