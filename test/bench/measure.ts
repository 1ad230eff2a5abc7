import { setTimeout as sleep } from "node:timers/promises";
import { treeCpu } from "../support/process_tree.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { Wrk, type WrkResult } from "../support/wrk.ts";
import { type BenchRequest, CLIENT_CORE, type RunningServer } from "./bench_server.ts";
import { wrkScript } from "./wrk_script.ts";

/** One server in one round. Times in microseconds. */
export interface Measurement {
  /** CPU time, user and system, of the server's whole process tree for each request. */
  readonly cpuPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
}

/** Lets wrk send the requests in turn for so many seconds. Rejects when any of them fails. */
export async function measure(
  server: RunningServer,
  asked: readonly BenchRequest[],
  options: { seconds: number; connections: number },
): Promise<Measurement> {
  using folder = new TemporaryFolder("wrk");
  const script = folder.write("requests.lua", wrkScript(asked));
  const { connections } = options;
  const before = treeCpu(server.pid);
  await using wrk = new Wrk(server.url, { connections, core: CLIENT_CORE, script });
  await sleep(options.seconds * 1000);
  const result = await wrk.stop();
  const used = treeCpu(server.pid) - before;
  if (result.requests === 0 || result.socketErrors > 0 || !isExpected(result, asked, connections)) {
    throw new Error(`Requests failed, so there is nothing to measure: ${JSON.stringify(result)}`);
  }
  const { requests, requestsPerSecond, p50, p99 } = result;
  return { cpuPerRequest: used / requests, requestsPerSecond, p50, p99, requests };
}

/**
 * Whether as many answers were errors as requests are meant to get one. wrk does not look at an answer more closely, or it
 * would cost more than the server. Those that are not answered yet at the end, one for each connection, blur the count.
 */
function isExpected(result: WrkResult, asked: readonly BenchRequest[], connections: number): boolean {
  const refused = asked.filter(({ status = 200 }) => status >= 400).length;
  if (refused === 0) return result.badStatus === 0;
  const expected = (result.requests * refused) / asked.length;
  return Math.abs(result.badStatus - expected) <= connections + asked.length;
}
