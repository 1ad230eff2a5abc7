import type { Peer } from "../support/peer.ts";
import type { Content } from "../support/temporary_folder.ts";

/** One server under test. It serves whatever a workload gives it, with one worker and no logs. */
export interface BenchServer {
  readonly name: ServerName;
  readonly title: string;
  /** What must be installed; undefined for what the checkout brings along. */
  readonly peer?: Peer;
  /** Starts it, pinned to the servers' core. */
  start(task: Task): Promise<RunningServer & AsyncDisposable>;
}

export interface RunningServer {
  /** `http://127.0.0.1:port` or with `https`, without a slash at the end. */
  readonly url: string;
  /** Root of the process tree whose CPU time and memory count. */
  readonly pid: number;
}

export const serverNames = [
  "lodestone",
  "lighttpd",
  "nginx",
  "njs",
  "bare",
  "haproxy",
  "apache",
  "varnish",
  "workerd",
  "naive",
  "net",
] as const;

export type ServerName = (typeof serverNames)[number];

/** What a workload tells one server to do, in the server's own languages. */
export interface Program {
  /** The script. */
  readonly script?: string;
  /** Configuration besides what the server is always started with; each server says where it goes. */
  readonly config?: string;
  /** Files in the script's folder, by name: tables and modules that it imports. */
  readonly modules?: Files;
  /** Sites besides that of this program, by host name. */
  readonly sites?: Readonly<Record<string, SiteProgram>>;
}

/** Like those of `Program`, for one site of many. */
export type SiteProgram = Pick<Program, "script" | "config">;

/** Content by path. */
export type Files = Readonly<Record<string, Content>>;

/** A program, and what the workload has besides. */
export interface Task extends Program {
  /** Files of the document root. */
  readonly files: Files;
  /** `127.0.0.1:port` of the backend of workloads that have one. Servers keep their connections to it. */
  readonly backend?: string;
  /** Where the server speaks TLS besides, with HTTP/2 for those that offer it by ALPN. */
  readonly tls?: TlsListener;
  /** Connections that may be open at once, far more than the ordinary bench needs. */
  readonly connections?: number;
}

export interface TlsListener {
  /** A free one of 127.0.0.1. */
  readonly port: number;
  /** Paths of files in PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** A request, and what every server must answer before it is timed. */
export interface BenchRequest {
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** 200 unless given. */
  readonly status?: number;
  /** Byte for byte. */
  readonly body: Content;
  /** Fields that must be in the answer with exactly this value. Names in lower case. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
}

/** One thing that all servers do, and how each of them is told to. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Taken in turn. */
  readonly requests: readonly BenchRequest[];
  /** Files of each server's document root. */
  readonly files?: Files;
  /** The backend of all servers; see `startBackend`. */
  readonly backend?: BackendProgram;
  /** Connections that the servers must take, when they are more than a bench ordinarily has. */
  readonly connections?: number;
  /** Whether the requests are made over TLS. */
  readonly tls?: boolean;
  /** What makes the requests, by default wrk over connections that it keeps. */
  readonly load?: Load;
  /** A server without a program sits the workload out. */
  readonly programs: Programs;
}

/** Makes requests for so many seconds, at full speed, from the clients' core. Rejects when any of them fails. */
export type Load = (
  url: string,
  requests: readonly BenchRequest[],
  options: LoadOptions,
) => Promise<LoadResult>;

export interface LoadOptions {
  readonly seconds: number;
  readonly connections: number;
}

/** Latencies in microseconds, from loads that tell them. */
export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50?: number;
  readonly p99?: number;
}

export type Programs = Readonly<Partial<Record<ServerName, Program>>>;

export interface BackendProgram {
  /** Files it serves. */
  readonly files: Files;
  /** Directives of nginx's `server` block. */
  readonly config?: string;
}

const SERVER_CORE = 0;
/** Core of the load generator and of backends, away from the servers'. */
export const CLIENT_CORE = 1;

/** In front of a server's command, keeps it and all its children on the servers' core. */
export const pinned: readonly string[] = ["taskset", "--cpu-list", String(SERVER_CORE)];
/** The same for the core of the load generator. */
export const pinnedToClients: readonly string[] = ["taskset", "--cpu-list", String(CLIENT_CORE)];
