import { Child } from "../../support/child.ts";
import { findProgram } from "../../support/peer.ts";
import { type Load, pinnedToClients } from "../bench_server.ts";

/** Clients at once; each makes one connection after the other. */
const CLIENTS = 4;

/**
 * `openssl s_time` makes connections with one request each, every one with a full handshake. wrk and h2load cannot be used: both take up
 * the sessions of their earlier connections. Whole seconds only, at least one. What a handshake costs the client is more than what it
 * costs most servers, so requests per second are what one core of clients can make.
 */
export const handshakes: Load = async (url, asked, { seconds }) => {
  const { host } = new URL(url);
  const time = Math.max(1, Math.round(seconds));
  const since = performance.now();
  const program = [
    findProgram("openssl")!,
    "s_time",
    "-new",
    "-www",
    asked[0]!.path,
    "-time",
    `${time}`,
    "-connect",
    host,
  ];
  const clients = Array.from(
    { length: CLIENTS },
    () => new Child(pinnedToClients[0]!, [...pinnedToClients.slice(1), ...program]),
  );
  const counts = clients.map(async (client) => {
    const { code, stdout, stderr } = await client.ended;
    const connections = /^(\d+) connections in \d+ real seconds, (\d+) bytes read/m.exec(stdout);
    if (code !== 0 || connections === null)
      throw new Error(`openssl s_time ended with ${code}: ${stderr}${stdout}`);
    if (connections[2] === "0") throw new Error("The answers are empty");
    return Number(connections[1]);
  });
  const requests = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  return { requests, requestsPerSecond: (requests * 1000) / (performance.now() - since) };
};
