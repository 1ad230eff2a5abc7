import { treeResident } from "../support/process_tree.ts";
import type { BenchServer, RunningServer, ServerName, Workload } from "./bench_server.ts";
import { type Measurement, measure } from "./measure.ts";
import { type Spread, spread } from "./spread.ts";
import { startServers } from "./start_servers.ts";

export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
  /** Seconds each server runs before the first round, for compilers and caches. */
  readonly warmUp: number;
  readonly connections: number;
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
  /** Bytes resident after the last round, the whole process tree. */
  readonly resident: number;
  /** CPU per request of Lodestone divided by this server's, taken round by round. Absent without Lodestone. */
  readonly lodestoneRatio?: Spread;
}

export interface WorkloadResult {
  readonly workload: string;
  readonly title: string;
  readonly servers: readonly ServerResult[];
}

/** Runs one workload on all servers, their rounds interleaved so that what disturbs one disturbs all. */
export async function compare(
  workload: Workload,
  servers: readonly BenchServer[],
  options: Rounds,
): Promise<WorkloadResult> {
  await using started = await startServers(workload, servers);
  const { running } = started;
  for (const [server, started] of running) {
    await timed(server, started, workload, { ...options, seconds: options.warmUp });
  }
  const measured = new Map<BenchServer, Measurement[]>();
  for (let round = 0; round < options.rounds; round++) {
    for (const [server, started] of running) {
      const measurements = measured.getOrInsert(server, []);
      measurements.push(await timed(server, started, workload, options));
    }
  }
  const lodestone = servers.find((server) => server.name === "lodestone");
  const reference = lodestone && measured.get(lodestone);
  const results = [...running].map(([server, started]) =>
    summary(server, measured.get(server)!, treeResident(started.pid), reference),
  );
  return { workload: workload.name, title: workload.title, servers: results };
}

async function timed(
  server: BenchServer,
  started: RunningServer,
  workload: Workload,
  options: { seconds: number; connections: number },
): Promise<Measurement> {
  try {
    return await measure(started, workload, options);
  } catch (error) {
    throw new Error(`${server.title}, ${workload.title}: ${(error as Error).message}`, { cause: error });
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
