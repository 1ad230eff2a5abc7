import { setTimeout as sleep } from "node:timers/promises";
import { treeCpu } from "../support/process_tree.ts";
import { Wrk } from "../support/wrk.ts";
import { CLIENT_CORE, type RunningServer } from "./bench_server.ts";

/** One server in one round. Times in microseconds. */
export interface Measurement {
  /** CPU time, user and system, of the server's whole process tree for each request. */
  readonly cpuPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
}

/** Lets wrk ask a server for `path` for so many seconds. Rejects when any request fails. */
export async function measure(
  server: RunningServer,
  path: string,
  options: { seconds: number; connections: number },
): Promise<Measurement> {
  const before = treeCpu(server.pid);
  await using wrk = new Wrk(server.url + path, { connections: options.connections, core: CLIENT_CORE });
  await sleep(options.seconds * 1000);
  const result = await wrk.stop();
  const used = treeCpu(server.pid) - before;
  if (result.requests === 0 || result.badStatus > 0 || result.socketErrors > 0) {
    throw new Error(`Requests failed, so there is nothing to measure: ${JSON.stringify(result)}`);
  }
  const { requests, requestsPerSecond, p50, p99 } = result;
  return { cpuPerRequest: used / requests, requestsPerSecond, p50, p99, requests };
}
