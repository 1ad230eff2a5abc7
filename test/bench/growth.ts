// How cost grows: `npm run bench -- growth.ts`; what is measured is in README.md.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { BenchServer } from "./bench_server.ts";
import { compare, type WorkloadResult } from "./compare.ts";
import { allSeries, type Series } from "./growth_series.ts";
import { installed } from "./installed.ts";
import { lighttpd } from "./servers/lighttpd.ts";
import { lodestone } from "./servers/lodestone.ts";
import { nginx } from "./servers/nginx.ts";
import { columns } from "./table.ts";

const { values } = parseArgs({
  options: {
    series: { type: "string" },
    only: { type: "string" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    json: { type: "string" },
  },
});

interface SeriesResult {
  readonly name: string;
  readonly title: string;
  readonly points: readonly (WorkloadResult & { readonly at: number })[];
}

async function measured(series: Series, servers: readonly BenchServer[]): Promise<SeriesResult> {
  const points = [];
  for (const { at, workload, warmUp = 1 } of series.points) {
    const options = {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      warmUp,
      connections: 32,
    };
    points.push({ at, ...(await compare(workload, servers, { ...options, rate: 0 })) });
  }
  return { name: series.name, title: series.title, points };
}

function table({ title, points }: SeriesResult): string {
  // One that has failed is missing from that point alone.
  const titles = new Set(points.flatMap(({ servers }) => servers.map((server) => server.title)));
  const rows = points.map(({ at, servers }) => {
    const costs = new Map(servers.map((server) => [server.title, server.cpuPerRequest.median.toFixed(2)]));
    return [at.toLocaleString("en"), ...[...titles].map((each) => costs.get(each) ?? "")];
  });
  return `${title}: CPU us/request\n\n${columns([["", ...titles], ...rows])}`;
}

const wanted = values.series?.split(",") ?? allSeries.map(({ name }) => name);
const unknown = wanted.find((name) => !allSeries.some((series) => series.name === name));
if (unknown !== undefined) {
  throw new Error(`Nothing is called ${unknown}; there are ${allSeries.map(({ name }) => name).join(", ")}`);
}
const only = values.only?.split(",");
const servers = [lodestone, lighttpd, nginx]
  .filter(({ name }) => only?.includes(name) !== false)
  .filter(installed);
const results: SeriesResult[] = [];
for (const series of allSeries.filter(({ name }) => wanted.includes(name))) {
  const result = await measured(series, servers);
  results.push(result);
  process.stdout.write(`${table(result)}\n`);
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
