import {
  type BenchRequest,
  CLIENT_CORE,
  type LoadOptions,
  type ServerName,
  type Workload,
} from "./bench_server.ts";
import { type PacedRequest, type PacedResult, paced } from "./paced.ts";
import type { Spread } from "./spread.ts";

/** Most requests per second that are asked for unless somebody wants more. */
const ORDINARY = 5000;

/** Servers that cannot do so many times the rate are not measured at it: they would be near their limit. */
const HEADROOM = 2;

/**
 * The rate at which all servers of a workload are measured: the one that is wanted, else a third of what Lodestone (without it, the
 * fastest) can do, so that queueing plays no part. 0 for workloads whose requests wrk does not make.
 */
export function rateFor(
  workload: Workload,
  servers: readonly Measured[],
  wanted: number | undefined,
): number {
  if (workload.load !== undefined || servers.length === 0) return 0;
  if (wanted !== undefined) return wanted;
  const fastest = Math.max(...servers.map(({ requestsPerSecond }) => requestsPerSecond.median));
  const lodestone = servers.find(({ name }) => name === "lodestone")?.requestsPerSecond.median;
  return Math.min(ORDINARY, Math.max(10, 10 * Math.floor((lodestone ?? fastest) / 30)));
}

export interface Measured {
  readonly name: ServerName;
  readonly requestsPerSecond: Spread;
}

/** Whether a server is far enough from its limit at that rate. */
export function holds({ requestsPerSecond }: Measured, rate: number): boolean {
  return requestsPerSecond.median >= HEADROOM * rate;
}

/** Latencies of the workload's requests at a fixed rate. */
export function pacedOf(
  workload: Workload,
  url: string,
  { rate, seconds, connections }: LoadOptions & { readonly rate: number },
): Promise<PacedResult> {
  const { host } = new URL(url);
  const requests = workload.requests.map((asked) => inWords(asked, host));
  return paced(url, { rate, seconds, connections, requests, core: CLIENT_CORE });
}

function inWords({ path, headers = {}, status = 200 }: BenchRequest, host: string): PacedRequest {
  const fields = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return { head: `GET ${path} HTTP/1.1\r\n${fields.join("")}\r\n`, status };
}
