import { fileURLToPath } from "node:url";
import { Child } from "../../support/child.ts";
import type { Lodestone } from "../../support/lodestone.ts";
import { startLodestone } from "../../support/lodestone.ts";
import { MemoryWatch } from "../../support/memory_watch.ts";
import { until } from "../../support/until.ts";
import { Neighbour } from "../neighbour.ts";
import type { AttackReport } from "./attacker.ts";

/** One kind of flood. */
export interface Flood {
  /** As the attacker knows it. */
  readonly name: string;
  /** Connections, or requests, at full scale. */
  readonly count: number;
  /** Seconds that connections are held at full scale; 0 for what ends by itself. */
  readonly seconds: number;
}

/** What a flood did to the clients beside it, and to the proxy. */
export interface FloodFigures {
  readonly flood: string;
  readonly report: AttackReport;
  readonly seconds: number;
  /** Answers of the ordinary client, and its latencies in milliseconds. */
  readonly answers: number;
  readonly failures: readonly (readonly [string, number])[];
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
  /** Bytes of resident memory of all processes, before and at most. */
  readonly before: number;
  readonly peak: number;
}

export const FLOODS: readonly Flood[] = [
  { name: "slow heads", count: 5_000, seconds: 20 },
  { name: "slow bodies", count: 5_000, seconds: 20 },
  { name: "slow readers", count: 2_000, seconds: 20 },
  { name: "silent connections", count: 5_000, seconds: 15 },
  { name: "idle connections", count: 5_000, seconds: 15 },
  { name: "connection flood", count: 50_000, seconds: 0 },
  { name: "pipelined requests", count: 100_000, seconds: 0 },
];

const ATTACKER = fileURLToPath(new URL("attacker.ts", import.meta.url));
const LARGE = 4 * 2 ** 20;

const CONFIG = `workers: 1
log: { access: false }
http: { headTimeout: 5s, idleTimeout: 5s, keepAliveTimeout: 10s, connections: 10000 }
sites:
  - hosts: [good.test]
    scripts: [good.js]
  - hosts: [a.test]
    scripts: [attacked.js]
    root: files
`;
const SCRIPTS = {
  "good.js": "export default () => new Response('good');\n",
  "attacked.js": `export default async (request) => {
  if (request.method === "POST") return new Response(String((await request.text()).length));
  if (request.path !== "/large") return new Response("attacked");
};
`,
};

/** A proxy with one worker that the attackers share with ordinary clients. */
export function startFlooded(): Promise<Lodestone> {
  return startLodestone({
    config: CONFIG,
    scripts: SCRIPTS,
    files: { "files/large": new Uint8Array(LARGE) },
  });
}

/** Runs one flood, `share` of its full scale, with an ordinary client beside it. */
export async function measureFlood(lodestone: Lodestone, flood: Flood, share = 1): Promise<FloodFigures> {
  const count = Math.ceil(flood.count * share);
  const seconds = Math.ceil(flood.seconds * Math.min(1, 3 * share));
  using memory = new MemoryWatch(lodestone.pid);
  const neighbour = new Neighbour(lodestone.url("/"), "good.test");
  const began = performance.now();
  try {
    await until("the neighbour is under way", () => neighbour.answered > 10);
    const parameters = [ATTACKER, flood.name, lodestone.address, String(count), String(seconds)];
    await using attacker = new Child(process.execPath, parameters);
    const { code, stdout, stderr } = await attacker.ended;
    if (code !== 0) throw new Error(`the attacker failed: ${stderr}`);
    await neighbour.leave();
    const [p50, p99, slowest] = [50, 99, 100].map((percent) => neighbour.percentile(percent));
    return {
      flood: flood.name,
      report: JSON.parse(stdout) as AttackReport,
      seconds: (performance.now() - began) / 1000,
      answers: neighbour.answered,
      failures: [...neighbour.failures],
      p50: p50!,
      p99: p99!,
      slowest: slowest!,
      before: memory.before,
      peak: memory.before + memory.growth,
    };
  } finally {
    await neighbour.leave();
  }
}
