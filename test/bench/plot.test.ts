import assert from "node:assert/strict";
import test from "node:test";
import type { ServerName } from "./bench_server.ts";
import type { ServerResult, WorkloadResult } from "./compare.ts";
import { plot } from "./plot.ts";

const one = { median: 1, min: 1, max: 1 };

function result(workload: string, ratios: Partial<Record<ServerName, number>>): WorkloadResult {
  const servers = Object.entries(ratios).map(([name, ratio]): ServerResult => {
    const lodestoneRatio = { median: ratio, min: ratio * 0.9, max: ratio * 1.1 };
    const figures = { cpuPerRequest: one, requestsPerSecond: one, resident: 1, rounds: [] };
    return { name: name as ServerName, title: `<${name}>`, lodestoneRatio, ...figures };
  });
  return { workload, title: `the work of ${workload}`, rate: 0, servers };
}

/** Where the sign of a server stands that has this ratio. */
function placeOf(svg: string, server: string, ratio: string): number {
  const sign = new RegExp(`translate\\(([\\d.]+) [\\d.]+\\)"[^>]*><title>&lt;${server}&gt;: ${ratio}<`).exec(
    svg,
  );
  assert.ok(sign, `${server} is not drawn at ${ratio}`);
  return Number(sign[1]);
}

test("a sign stands the further right the larger its ratio, the same factor taking the same room", () => {
  const svg = plot([
    result("answer", { lodestone: 1, lighttpd: 1.25, haproxy: 0.5 }),
    result("many_sites", { lighttpd: 2, nginx: 8 }),
  ]);
  const [half, two, eight] = [
    placeOf(svg, "haproxy", "0.50"),
    placeOf(svg, "lighttpd", "2.00"),
    placeOf(svg, "nginx", "8.00"),
  ];
  assert.ok(Math.abs(two - half - (eight - two)) < 0.5, `${half} ${two} ${eight}`);
  assert.ok(!svg.includes("lodestone&gt;"), "Lodestone is not its own peer");
});

test("budgets stand where their ratio is, and only in the rows that have one", () => {
  const dashed = (svg: string): number => svg.split("stroke-dasharray").length - 2;
  const answer = plot([result("answer", { lighttpd: 1.25 })]);
  assert.equal(dashed(answer), 4);
  const limit = new RegExp(
    `M${placeOf(answer, "lighttpd", "1.25").toFixed(1)} [\\d.]+V[\\d.]+" stroke="#3b82c4"`,
  );
  assert.match(answer, limit);
  assert.equal(dashed(plot([result("many_sites", { lighttpd: 1 })])), 0);
});
