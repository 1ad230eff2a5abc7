// How workers scale: `npm run bench -- workers.ts`; what is measured is in README.md.
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startLodestone } from "../support/lodestone.ts";
import { treeCpu } from "../support/process_tree.ts";
import { Wrk } from "../support/wrk.ts";
import { type Spread, spread } from "./spread.ts";
import { columns } from "./table.ts";

export interface WorkersResult {
  readonly workers: number;
  readonly requestsPerSecond: Spread;
  /** Microseconds, the whole process tree. */
  readonly cpuPerRequest: Spread;
}

export interface WorkersOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly connections: number;
}

/**
 * Some tenths of a millisecond of work: beside it the client, which shares the cores, costs little. A table of words is counted and
 * the most frequent ones are listed.
 */
const script = `
const words = Array.from({ length: 2000 }, (_, i) => "word" + ((i * 7919) % 321));

export default (request: Request): Response => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const most = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 10);
  return new Response(most.map(([word, count]) => word + " " + count).join("\\n"));
};
`;

/** The same script by each number of workers, rounds interleaved. Neither the workers nor the client are kept on a core. */
export async function measureWorkers(
  numbers: readonly number[],
  options: WorkersOptions,
): Promise<WorkersResult[]> {
  await using stack = new AsyncDisposableStack();
  const running = [];
  for (const workers of numbers) {
    const config = `workers: ${workers}\nlog: { level: silent, access: false }\nsites: [{ scripts: [site.ts] }]\n`;
    const lodestone = stack.use(await startLodestone({ config, scripts: { "site.ts": script } }));
    running.push({ workers, lodestone, rates: [] as number[], costs: [] as number[] });
  }
  for (let round = -1; round < options.rounds; round++) {
    const seconds = round === -1 ? options.warmUp : options.seconds;
    for (const { lodestone, rates, costs } of running) {
      const before = treeCpu(lodestone.pid);
      await using wrk = new Wrk(lodestone.address, { connections: options.connections });
      await wrk.started();
      await sleep(seconds * 1000);
      const { requests, requestsPerSecond, badStatus, socketErrors } = await wrk.stop();
      if (requests === 0 || badStatus + socketErrors > 0) throw new Error("Requests failed");
      if (round === -1) continue;
      rates.push(requestsPerSecond);
      costs.push((treeCpu(lodestone.pid) - before) / requests);
    }
  }
  return running.map(({ workers, rates, costs }) => ({
    workers,
    requestsPerSecond: spread(rates),
    cpuPerRequest: spread(costs),
  }));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      workers: { type: "string", default: "1,2" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "3" },
      json: { type: "string" },
    },
  });
  const results = await measureWorkers(values.workers.split(",").map(Number), {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warmUp: 2,
    connections: 32,
  });
  const [first] = results;
  const rows = results.map(({ workers, requestsPerSecond, cpuPerRequest }) => [
    String(workers),
    Math.round(requestsPerSecond.median).toLocaleString("en"),
    (requestsPerSecond.median / first!.requestsPerSecond.median).toFixed(2),
    cpuPerRequest.median.toFixed(1),
  ]);
  const headings = ["workers", "requests/s", `times that of ${first!.workers}`, "CPU us/request"];
  process.stdout.write(
    `A script with real work, client and workers on the same cores\n\n${columns([headings, ...rows])}\n`,
  );
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
}

if (import.meta.main) await main();
