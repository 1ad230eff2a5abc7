import { treeCpu } from "../support/process_tree.ts";
import type { LoadOptions, LoadResult, RunningServer, Workload } from "./bench_server.ts";
import { wrk } from "./loads/wrk.ts";

/** One server in one round. Times in microseconds. */
export interface Measurement extends LoadResult {
  /** CPU time, user and system, of the server's whole process tree for each request. */
  readonly cpuPerRequest: number;
}

/** Lets the workload's requests be made for so many seconds. Rejects when any of them fails. */
export async function measure(
  server: RunningServer,
  workload: Workload,
  options: LoadOptions,
): Promise<Measurement> {
  const load = workload.load ?? wrk;
  const before = treeCpu(server.pid);
  const result = await load(server.url, workload.requests, options);
  const used = treeCpu(server.pid) - before;
  if (result.requests === 0) throw new Error("No request was answered, so there is nothing to measure");
  return { cpuPerRequest: used / result.requests, ...result };
}
