import { missingPeer } from "../support/peer.ts";
import type { BenchServer } from "./bench_server.ts";

/** Whether what the server needs is on this machine; a line on stderr says what is not. */
export function installed(server: BenchServer): boolean {
  const missing = server.peer && missingPeer(server.peer);
  if (missing !== undefined) process.stderr.write(`Without ${server.title}: ${missing}\n`);
  return missing === undefined;
}
