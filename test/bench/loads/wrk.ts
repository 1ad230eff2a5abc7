import { setTimeout as sleep } from "node:timers/promises";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import { Wrk, type WrkResult } from "../../support/wrk.ts";
import { type BenchRequest, CLIENT_CORE, type Load } from "../bench_server.ts";
import { wrkScript } from "../wrk_script.ts";

/** wrk sends the requests in turn, over connections that it keeps. */
export const wrk: Load = async (url, asked, { seconds, connections }) => {
  using folder = new TemporaryFolder("wrk");
  const script = folder.write("requests.lua", wrkScript(asked));
  await using running = new Wrk(url, { connections, core: CLIENT_CORE, script });
  await running.started();
  await sleep(seconds * 1000);
  const result = await running.stop();
  if (result.socketErrors > 0 || !isExpected(result, asked, connections)) {
    throw new Error(`Requests failed: ${JSON.stringify(result)}`);
  }
  const { requests, requestsPerSecond, p50, p99 } = result;
  return { requests, requestsPerSecond, p50, p99 };
};

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
