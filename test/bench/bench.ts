import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { missingPeer } from "../support/peer.ts";
import type { BenchServer, Workload } from "./bench_server.ts";
import { compare, type Rounds, type WorkloadResult } from "./compare.ts";
import { installed } from "./installed.ts";
import { apache } from "./servers/apache.ts";
import { bare } from "./servers/bare.ts";
import { haproxy } from "./servers/haproxy.ts";
import { lighttpd } from "./servers/lighttpd.ts";
import { lodestone, otherLodestone } from "./servers/lodestone.ts";
import { naive } from "./servers/naive.ts";
import { net } from "./servers/net.ts";
import { nginx } from "./servers/nginx.ts";
import { njs } from "./servers/njs.ts";
import { varnish } from "./servers/varnish.ts";
import { workerd } from "./servers/workerd.ts";
import { startServers } from "./start_servers.ts";
import { table } from "./table.ts";
import { answer } from "./workloads/answer.ts";
import { asynchronous } from "./workloads/async.ts";
import { escalation1k, escalation100k } from "./workloads/escalation.ts";
import { manySites } from "./workloads/many_sites.ts";
import { pageCacheHit, pageCacheMiss } from "./workloads/page_cache.ts";
import { redirects } from "./workloads/redirects.ts";
import { signed } from "./workloads/signed.ts";
import { staticFiles } from "./workloads/static_files.ts";
import { overTls } from "./workloads/tls.ts";
import { validation } from "./workloads/validation.ts";

const allServers: readonly BenchServer[] = [
  lodestone,
  lighttpd,
  nginx,
  njs,
  bare,
  haproxy,
  apache,
  varnish,
  workerd,
  naive,
  net,
];
const allWorkloads: readonly Workload[] = [
  answer,
  redirects,
  validation,
  signed,
  pageCacheHit,
  pageCacheMiss,
  escalation1k,
  escalation100k,
  asynchronous,
  ...staticFiles,
  manySites,
  ...overTls,
];

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    "warm-up": { type: "string", default: "2" },
    connections: { type: "string", default: "32" },
    rate: { type: "string" },
    only: { type: "string" },
    against: { type: "string" },
    workload: { type: "string" },
    json: { type: "string" },
    check: { type: "boolean", default: false },
  },
});

/** Those whose names the option lists, in the order of `all`; all of them without the option. */
function chosen<T extends { name: string }>(all: readonly T[], names: string | undefined): T[] {
  const wanted = names?.split(",") ?? all.map((item) => item.name);
  const unknown = wanted.find((name) => !all.some((item) => item.name === name));
  if (unknown !== undefined) {
    throw new Error(`Nothing is called ${unknown}; there are ${all.map((item) => item.name).join(", ")}`);
  }
  return all.filter((item) => wanted.includes(item.name));
}

function number(name: "rounds" | "seconds" | "warm-up" | "connections" | "rate"): number {
  const value = Number(values[name]);
  if (!(value > 0 || (name === "rate" && value === 0)))
    throw new Error(`--${name} takes a number above 0, not ${values[name]}`);
  return value;
}

/** Only compares what the servers answer with what they must. */
async function check(workloads: readonly Workload[], servers: readonly BenchServer[]): Promise<void> {
  for (const workload of workloads) {
    await using started = await startServers(workload, servers);
    const titles = [...started.running.keys()].map(({ title }) => title);
    process.stdout.write(`${workload.name}: the same answers from ${titles.join(", ")}\n`);
  }
}

async function main(): Promise<void> {
  const noLoad = missingPeer("wrk", "taskset");
  if (noLoad !== undefined) throw new Error(noLoad);

  const rounds: Rounds = {
    rounds: number("rounds"),
    seconds: number("seconds"),
    warmUp: number("warm-up"),
    connections: number("connections"),
    rate: values.rate === undefined ? undefined : number("rate"),
  };
  const others = values.against === undefined ? [] : [otherLodestone(resolve(values.against))];
  const servers = [...chosen(allServers, values.only), ...others].filter(installed);
  if (values.check) return check(chosen(allWorkloads, values.workload), servers);
  const results: WorkloadResult[] = [];
  for (const workload of chosen(allWorkloads, values.workload)) {
    const result = await compare(workload, servers, rounds);
    results.push(result);
    process.stdout.write(`${table(result)}\n`);
    if (values.json !== undefined) writeJson(values.json, rounds, results);
  }
  process.stdout.write(
    `${rounds.rounds} rounds of ${rounds.seconds} s, ${rounds.connections} connections; ` +
      "CPU is user and system time of the whole process tree, medians with the range of the rounds\n",
  );
}

/** After each row, so that what has been measured stays when the bench is ended. */
function writeJson(path: string, rounds: Rounds, results: readonly WorkloadResult[]): void {
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const json = JSON.stringify({ date: new Date(), machine, ...rounds, results }, undefined, 2);
  writeFileSync(path, `${json}\n`);
}

await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
