// Many idle clients: `npm run bench -- connections.ts`; what is measured is in README.md.
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { treeCpu, treeResident } from "../support/process_tree.ts";
import { untilStill } from "../support/until.ts";
import type { BenchServer, RunningServer } from "./bench_server.ts";
import { IdleClients } from "./idle_clients.ts";
import { installed } from "./installed.ts";
import { wrk } from "./loads/wrk.ts";
import { bare } from "./servers/bare.ts";
import { haproxy } from "./servers/haproxy.ts";
import { lighttpd } from "./servers/lighttpd.ts";
import { lodestone } from "./servers/lodestone.ts";
import { nodeHttp } from "./servers/node_http.ts";
import { startServers } from "./start_servers.ts";
import { columns } from "./table.ts";
import { answer } from "./workloads/answer.ts";

export interface IdleResult {
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  /** Bytes resident with all of them. */
  readonly resident: number;
  /** Bytes that each adds: those of the last four fifths, for the first ones may find room that was there already. */
  readonly perConnection: number;
  /** Microseconds of CPU to take a connection and to answer its request. */
  readonly cpuPerConnection: number;
  /** Microseconds of CPU per second while all of them are idle. */
  readonly cpuIdle: number;
}

export interface IdleOptions {
  readonly connections: number;
  /** Seconds of load before, so that what is compiled and kept by then does not count. */
  readonly warmUp: number;
  /** Seconds during which the idle connections are watched. */
  readonly watch: number;
}

/** Descriptors that a process needs besides its connections. */
const SPARE = 500;

/** As many as there may be descriptors. Node has raised its limit to the hard one, which all that it starts inherits. */
export function possibleConnections(wanted: number): number {
  const limits = readFileSync("/proc/self/limits", "latin1");
  const soft = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024);
  return Math.min(wanted, soft - SPARE);
}

/** What idle connections cost a server, each after one request. Rejects when the server closes any of them. */
export async function measureIdle(server: BenchServer, options: IdleOptions): Promise<IdleResult> {
  const workload = { ...answer, connections: options.connections + SPARE };
  await using started = await startServers(workload, [server]);
  const [running] = started.running.values();
  if (running === undefined) throw new Error(`${server.title} has no program for ${answer.name}`);
  await wrk(running.url, answer.requests, { seconds: options.warmUp, connections: 32 });
  using clients = new IdleClients(running.url);
  const first = Math.floor(options.connections / 5);
  await clients.open(first);
  const before = await residentWhenStill(running);
  const cpuBefore = treeCpu(running.pid);
  await clients.open(options.connections);
  const cpuOpen = treeCpu(running.pid);
  const resident = await residentWhenStill(running);
  const cpuAfter = treeCpu(running.pid);
  await sleep(options.watch * 1000);
  const cpuIdle = (treeCpu(running.pid) - cpuAfter) / options.watch;
  await clients.askAgain();
  return {
    name: server.name,
    title: server.title,
    connections: options.connections,
    resident,
    perConnection: (resident - before) / (options.connections - first),
    cpuPerConnection: (cpuOpen - cpuBefore) / (options.connections - first),
    cpuIdle,
  };
}

/** Bytes, once they change by less than a megabyte. */
async function residentWhenStill({ pid }: RunningServer): Promise<number> {
  await untilStill("the memory", () => Math.round(treeResident(pid) / 2 ** 20), 1000);
  return treeResident(pid);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      connections: { type: "string", default: "10000" },
      only: { type: "string" },
      json: { type: "string" },
    },
  });
  const wanted = Number(values.connections);
  const connections = possibleConnections(wanted);
  if (connections < wanted) process.stderr.write(`Only ${connections} connections: see ulimit -Hn\n`);
  const only = values.only?.split(",");
  const results: IdleResult[] = [];
  for (const server of [lodestone, lighttpd, bare, haproxy, nodeHttp]) {
    if (only?.includes(server.name) === false || !installed(server)) continue;
    results.push(await measureIdle(server, { connections, warmUp: 2, watch: 5 }));
  }
  const headings = ["server", "RSS MB", "bytes/connection", "CPU us/connection", "CPU us/s when idle"];
  const rows = results.map((result) => [
    result.title,
    (result.resident / 2 ** 20).toFixed(0),
    Math.round(result.perConnection).toLocaleString("en"),
    result.cpuPerConnection.toFixed(1),
    result.cpuIdle.toFixed(0),
  ]);
  process.stdout.write(
    `${connections} idle connections, each after one request\n\n${columns([headings, ...rows])}\n`,
  );
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
}

if (import.meta.main) await main();
