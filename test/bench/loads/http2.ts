import { run } from "../../support/child.ts";
import { findProgram } from "../../support/peer.ts";
import { type Load, pinnedToClients } from "../bench_server.ts";

/** Requests that each connection has under way at once. */
const STREAMS = 8;

/** h2load, on a fourth of the connections, with several requests under way on each. Only paths, no fields. */
export const http2: Load = async (url, asked, { seconds, connections }) => {
  const args = [
    ...pinnedToClients.slice(1),
    findProgram("h2load")!,
    `--duration=${Math.round(seconds * 1000)}ms`,
    `--clients=${Math.ceil(connections / 4)}`,
    `--max-concurrent-streams=${STREAMS}`,
    ...asked.map(({ path }) => url + path),
  ];
  const { code, stdout, stderr } = await run(pinnedToClients[0]!, args);
  if (code !== 0) throw new Error(`h2load ended with ${code}: ${stderr}${stdout}`);
  if (!/^Application protocol: h2c?$/m.test(stdout))
    throw new Error(`h2load did not speak HTTP/2: ${stdout}`);
  const [, done, failed, errored] =
    /^requests: .* (\d+) done, .* (\d+) failed, (\d+) errored/m.exec(stdout) ?? [];
  const bad = /^status codes: .* (\d+) 4xx, (\d+) 5xx/m.exec(stdout);
  if (Number(failed) + Number(errored) > 0 || bad?.[1] !== "0" || bad[2] !== "0") {
    throw new Error(`Requests failed: ${stdout}`);
  }
  const requestsPerSecond = Number(/^finished in .*, ([\d.]+) req\/s/m.exec(stdout)?.[1]);
  return { requests: Number(done), requestsPerSecond };
};
