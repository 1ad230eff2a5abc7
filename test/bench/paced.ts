import { fileURLToPath } from "node:url";
import { run } from "../support/child.ts";
import { findProgram } from "../support/peer.ts";

export interface PacedOptions {
  /** Requests per second, the same distance between any two. */
  readonly rate: number;
  readonly seconds: number;
  /** Seconds at the same rate before that, which do not count; 0.5 by default. */
  readonly warmUp?: number;
  readonly connections: number;
  /** What is sent, in turn. By default a GET of the URL, which gets 200. */
  readonly requests?: readonly PacedRequest[];
  /** Number of the processor core to run on. */
  readonly core?: number;
}

export interface PacedRequest {
  /** All of it. */
  readonly head: string;
  /** Status that its answer must have. */
  readonly status: number;
}

/** Latencies in microseconds, from the moment a request was to be sent to the last byte of its answer. */
export interface PacedResult {
  readonly requests: number;
  /** Requests per second that were to be sent. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** The longest time the client itself was away while it counted: what it adds to the longest latency at most. */
  readonly away: number;
}

const client = fileURLToPath(new URL("paced_process.ts", import.meta.url));

/**
 * Asks a server at a fixed rate, whatever the server does, from a process of its own. A request that cannot be sent in
 * time because all connections wait for the server counts from when it was to be sent: a stall is seen by all
 * requests that it would have met, not only by those that were under way. Rejects when any request fails.
 */
export async function paced(url: string, options: PacedOptions): Promise<PacedResult> {
  const { core, ...rest } = options;
  const pinned = core === undefined ? [] : [findProgram("taskset")!, "--cpu-list", String(core)];
  // On a core of its own V8's helper threads would only push the client aside.
  const command = [...pinned, process.execPath, "--single-threaded", client];
  const input = JSON.stringify({ url, ...rest });
  const { code, stdout, stderr } = await run(command[0]!, command.slice(1), { input });
  if (code !== 0) throw new Error(`The requests at ${options.rate}/s failed: ${stderr.trim()}`);
  return JSON.parse(stdout) as PacedResult;
}
