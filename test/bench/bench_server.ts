import type { Peer } from "../support/peer.ts";

/** One server under test. It serves whatever program a workload gives it, with one worker and no logs. */
export interface BenchServer {
  readonly name: ServerName;
  readonly title: string;
  /** What must be installed; undefined for what the checkout brings along. */
  readonly peer?: Peer;
  /** Starts it, pinned to the servers' core, with a program in the server's own language. */
  start(program: string): Promise<RunningServer>;
}

export interface RunningServer extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  /** Root of the process tree whose CPU time and memory count. */
  readonly pid: number;
}

export type ServerName = "lodestone" | "lighttpd" | "nginx" | "net";

/** One thing that all servers do, and how each of them is told to. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Path and query that are asked for. */
  readonly path: string;
  /** What every server must answer, byte for byte, before it is timed. */
  readonly body: string;
  /** A server without a program sits the workload out. */
  readonly programs: Partial<Record<ServerName, string>>;
}

const SERVER_CORE = 0;
/** Core of the load generator, away from the servers'. */
export const CLIENT_CORE = 1;

/** In front of a server's command, keeps it and all its children on the servers' core. */
export const pinned: readonly string[] = ["taskset", "--cpu-list", String(SERVER_CORE)];
