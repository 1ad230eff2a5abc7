import { treeResident } from "../support/process_tree.ts";
import type { BenchServer, ServerName, Workload } from "./bench_server.ts";
import { holds, pacedOf, rateFor } from "./fixed_rate.ts";
import { type Measurement, measure } from "./measure.ts";
import type { PacedResult } from "./paced.ts";
import { type Spread, spread } from "./spread.ts";
import { startServers } from "./start_servers.ts";

export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds each server runs before the first round, for compilers and caches. */
  readonly warmUp: number;
  readonly connections: number;
  /**
   * Requests per second at which latencies are measured besides; 0 for not at all. By default a third of what Lodestone can
   * do, at most 5,000.
   */
  readonly rate?: number | undefined;
}

export interface ServerResult {
  readonly name: ServerName;
  readonly title: string;
  readonly rounds: readonly Measurement[];
  readonly cpuPerRequest: Spread;
  readonly requestsPerSecond: Spread;
  /** Absent when what made the requests does not tell them. */
  readonly p50?: Spread;
  readonly p99?: Spread;
  /** Latencies at the workload's `rate`, of servers that can do more. */
  readonly paced?: PacedResult;
  /** Bytes resident after the last round, the whole process tree. */
  readonly resident: number;
  /** CPU per request of Lodestone divided by this server's, taken round by round. Absent without Lodestone. */
  readonly lodestoneRatio?: Spread;
}

export interface WorkloadResult {
  readonly workload: string;
  readonly title: string;
  /** Requests per second at which latencies were measured; 0 when they were not. */
  readonly rate: number;
  readonly servers: readonly ServerResult[];
}

/** Runs one workload on all servers, their rounds interleaved so that what disturbs one disturbs all. */
export async function compare(
  workload: Workload,
  benchServers: readonly BenchServer[],
  options: Rounds,
): Promise<WorkloadResult> {
  await using started = await startServers(workload, benchServers);
  const running = new Map(started.running);
  const measured = new Map<BenchServer, Measurement[]>();
  // The first round is for warming up.
  for (let round = -1; round < options.rounds; round++) {
    const seconds = round < 0 ? options.warmUp : options.seconds;
    for (const [server, started] of running) {
      const measuring = () => measure(started, workload, { ...options, seconds });
      const measurement = await orNothing(server, workload, measuring);
      if (measurement === undefined) running.delete(server);
      else if (round >= 0) measured.getOrInsert(server, []).push(measurement);
    }
  }
  const lodestone = benchServers.find((server) => server.name === "lodestone");
  const reference = lodestone && measured.get(lodestone);
  const results = [...running].map(([server, started]) =>
    summary(server, measured.get(server)!, treeResident(started.pid), reference),
  );
  const rate = rateFor(workload, results, options.rate);
  const complete: ServerResult[] = [];
  for (const [i, [server, { url }]] of [...running].entries()) {
    const atRate = () => pacedOf(workload, url, { ...options, rate });
    const isAsked = rate !== 0 && holds(results[i]!, rate);
    const paced = isAsked ? await orNothing(server, workload, atRate) : undefined;
    complete.push(paced === undefined ? results[i]! : { ...results[i]!, paced });
  }
  return { workload: workload.name, title: workload.title, rate, servers: complete };
}

/** Undefined for a server that failed and is not Lodestone: the others go on without its figures, and a line says so. */
async function orNothing<T>(
  server: BenchServer,
  workload: Workload,
  measuring: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await measuring();
  } catch (error) {
    const message = `${server.title}, ${workload.title}: ${(error as Error).message}`;
    if (server.name === "lodestone") throw new Error(message, { cause: error });
    process.stderr.write(`left out: ${message}\n`);
    return undefined;
  }
}

function summary(
  server: BenchServer,
  rounds: readonly Measurement[],
  resident: number,
  reference: readonly Measurement[] | undefined,
): ServerResult {
  const of = (take: (round: Measurement) => number): Spread => spread(rounds.map(take));
  const known = (take: (round: Measurement) => number | undefined): Spread | undefined => {
    const values = rounds.map(take).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : spread(values);
  };
  const [p50, p99] = [known((round) => round.p50), known((round) => round.p99)];
  const ratios = reference?.map((round, i) => round.cpuPerRequest / rounds[i]!.cpuPerRequest);
  return {
    name: server.name,
    title: server.title,
    rounds,
    cpuPerRequest: of((round) => round.cpuPerRequest),
    requestsPerSecond: of((round) => round.requestsPerSecond),
    ...(p50 === undefined ? {} : { p50 }),
    ...(p99 === undefined ? {} : { p99 }),
    resident,
    ...(ratios === undefined ? {} : { lodestoneRatio: spread(ratios) }),
  };
}
