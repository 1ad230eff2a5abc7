/**
 * The configuration after validation: defaults filled in, paths absolute, references resolved. Plain data, so
 * that it crosses to the workers as it is.
 */
export interface Config {
  /** The file it came from; undefined when it was made from command-line options. */
  readonly file: string | undefined;
  readonly listen: readonly ListenAddress[];
  /** Number of worker processes, at least 1. */
  readonly workers: number;
  readonly sites: readonly SiteConfig[];
  /** By name. */
  readonly backends: Readonly<Record<string, BackendConfig>>;
  readonly origins: OriginsConfig;
  readonly http: HttpConfig;
  readonly files: FilesConfig;
  readonly log: LogConfig;
  /** Whether clients are told how scripts have failed; for development only. */
  readonly dev: boolean;
  readonly trace: TraceConfig;
  readonly watchdog: WatchdogConfig;
  readonly quarantine: QuarantineConfig;
  readonly isolates: IsolatesConfig;
  /** Milliseconds that SIGTERM waits for open exchanges before it cuts them off. */
  readonly drainTimeout: number;
}

export type ListenAddress =
  /**
   * `host` is an IP address without brackets or a host name; `::` is every address, IPv4 too (a listener takes
   * `0.0.0.0` where the machine has no IPv6). Port 0 is any free one.
   */
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export interface SiteConfig {
  /** Unique: the first host name, or `site` for the default one (`*` if a host is called so). Names the site in logs and metrics. */
  readonly name: string;
  /** Lower case; `*` is the default site, `*.example.org` every name below it. */
  readonly hosts: readonly string[];
  /** Absolute paths, in order. */
  readonly scripts: readonly string[];
  /** Absolute path of the folder static files come from, symbolic links not resolved. */
  readonly root: string | undefined;
  /** Name of the default backend: a key of `Config.backends`, also when the site gave a URL instead. */
  readonly backend: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly allow: {
    /** Absolute paths of folders scripts may read besides the root, symbolic links not resolved. */
    readonly files: readonly string[];
    /**
     * Origins scripts may fetch: `https://api.example.com`, `https://*.example.com` for every name below, `*` for
     * every public one.
     */
    readonly origins: readonly string[];
    /** Backends scripts may name besides the site's own; undefined for all of them. */
    readonly backends: readonly string[] | undefined;
  };
  readonly limits: ScriptLimits;
}

export interface ScriptLimits {
  /** Milliseconds of CPU one entry into the isolate may take. */
  readonly cpu: number;
  /** Megabytes of heap an isolate may use. */
  readonly memory: number;
  /** Milliseconds from handing a request to the script until it must have decided; then 504. */
  readonly deadline: number;
  /** Bytes of a body that a script may read into memory; above it reading fails with 413. */
  readonly body: number;
  /** Operations (fetches, body reads, timers) a script may have under way in one isolate. */
  readonly operations: number;
}

export interface BackendConfig {
  readonly name: string;
  readonly protocol: "http";
  /** One server for now: `http://host:port`, `https://host:port` or `unix:/path`. */
  readonly server: BackendServer;
  /** Milliseconds to connect; then 504. */
  readonly connectTimeout: number;
  /** Milliseconds to the response head; then 504. */
  readonly responseTimeout: number;
  /** Milliseconds without a byte while a body is on its way; then the exchange is cut off. */
  readonly idleTimeout: number;
  /** Idle connections kept for reuse, per worker. */
  readonly idleConnections: number;
  /** Milliseconds an idle connection is kept. */
  readonly keepAlive: number;
  /** Connections open at once, per worker; further requests wait in the queue. */
  readonly connections: number;
  /** Requests that may wait for a connection, per worker; more get 503. */
  readonly queue: number;
}

export interface BackendServer {
  readonly tls: boolean;
  /** Host name or IP address without brackets; undefined for a Unix socket. */
  readonly host: string | undefined;
  readonly port: number;
  /** Path of the Unix socket; undefined for TCP. */
  readonly path: string | undefined;
}

/** Connections to the origins that scripts fetch; the fields a backend has as well mean the same, for each origin. */
export interface OriginsConfig
  extends Pick<
    BackendConfig,
    | "connectTimeout"
    | "responseTimeout"
    | "idleTimeout"
    | "idleConnections"
    | "keepAlive"
    | "connections"
    | "queue"
  > {
  /** Origins one site may have connections to, per worker. */
  readonly perSite: number;
}

/** Limits of the HTTP edge, clients' side. */
export interface HttpConfig {
  /** Bytes of a request line; above it 414. */
  readonly requestLine: number;
  /** Bytes of a whole head; above it 431. */
  readonly head: number;
  /** Fields in a head; above it 431. */
  readonly fields: number;
  /** Bytes of a request body; above it 413. */
  readonly body: number;
  /** Milliseconds for a whole head to arrive; then 408. */
  readonly headTimeout: number;
  /** Milliseconds a connection may wait between requests; then it is closed. */
  readonly keepAliveTimeout: number;
  /** Milliseconds without progress while a body is sent or received; then the connection is closed. */
  readonly idleTimeout: number;
  /** Requests one connection may make; 0 for no limit. */
  readonly requestsPerConnection: number;
  /** Connections open at once, per worker; further ones are closed at once. */
  readonly connections: number;
}

export interface FilesConfig {
  /** Milliseconds a `stat` result, also of a missing file, is believed. */
  readonly statAge: number;
  /** Paths the stat cache holds. */
  readonly statEntries: number;
}

/** Traces of signed requests. */
export interface TraceConfig {
  /** Whoever knows it can have requests traced; undefined for nobody. */
  readonly secret: string | undefined;
}

/** When the supervisor kills a worker. */
export interface WatchdogConfig {
  /** Milliseconds without a sign of life, besides what scripts may lawfully take. */
  readonly heartbeat: number;
  /** Bytes of resident memory. */
  readonly memory: number;
}

/** When a site's scripts are kept from running. */
export interface QuarantineConfig {
  /** Workers that ended on account of the site within `window`. */
  readonly deaths: number;
  /** Milliseconds. */
  readonly window: number;
  /** Percent of one worker's time, over ten seconds, that its scripts use up by reaching their limits. */
  readonly share: number;
  /** Milliseconds the first one lasts, doubled at each further one; 0 for none at all. */
  readonly time: number;
  /** Milliseconds one lasts at most. */
  readonly longest: number;
}

/** When a worker releases isolates that are idle. */
export interface IsolatesConfig {
  /** Isolates that one worker keeps. */
  readonly live: number;
  /** Bytes of memory that they have together. */
  readonly memory: number;
}

export interface LogConfig {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "silent";
  /** Whether each request is logged. */
  readonly access: boolean;
}
