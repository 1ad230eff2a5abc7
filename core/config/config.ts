import type { CompressionConfig, FilesConfig, SiteFilesConfig } from "./files_config.ts";

export type { CompressionConfig, FilesConfig, SiteFilesConfig };

/**
 * The configuration after validation: defaults filled in, paths absolute, references resolved. Plain data, so
 * that it crosses to the workers as it is.
 */
export interface Config {
  /** The file it came from; undefined when it was made from command-line options. */
  readonly file: string | undefined;
  readonly listen: readonly ListenerConfig[];
  /** Number of worker processes, at least 1. */
  readonly workers: number;
  readonly sites: readonly SiteConfig[];
  /** By name. */
  readonly backends: Readonly<Record<string, BackendConfig>>;
  readonly origins: OriginsConfig;
  readonly http: HttpConfig;
  readonly http2: Http2Config;
  readonly tls: TlsConfig;
  readonly proxies: ProxiesConfig;
  readonly files: FilesConfig;
  readonly compression: CompressionConfig;
  readonly cache: CacheConfig;
  readonly admin: AdminConfig;
  readonly log: LogConfig;
  /** Whether clients are told how scripts have failed; for development only. */
  readonly dev: boolean;
  readonly trace: TraceConfig;
  readonly watchdog: WatchdogConfig;
  readonly quarantine: QuarantineConfig;
  readonly isolates: IsolatesConfig;
  /** Milliseconds that SIGTERM waits for open exchanges before it cuts them off. */
  readonly drainTimeout: number;
  /** Milliseconds that workers replaced by a reload may take for what is still open in them. */
  readonly reloadTimeout: number;
  /** Absolute path of the file that tells the process id; undefined for none. */
  readonly pidFile: string | undefined;
}

/** One address, and what is spoken there. */
export interface ListenerConfig {
  readonly address: ListenAddress;
  /** Whether clients speak TLS. */
  readonly tls: boolean;
  /** Whether HTTP/2 is offered: by ALPN over TLS, by prior knowledge without. */
  readonly http2: boolean;
  /** Port of `https` to which every request is redirected, undefined for none. */
  readonly redirect: number | undefined;
  /** Ranges of addresses (`10.0.0.0/8`, or `unix`) whose connections must begin with a PROXY header. */
  readonly proxyProtocol: readonly string[];
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
  readonly files: SiteFilesConfig;
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
  /** PROXY header that tells a server of the client at the begin of each connection, which then serves one request. */
  readonly proxyProtocol: "none" | "v1" | "v2";
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
  /** Bytes of the extensions of all chunks of a body; above it 400. */
  readonly chunkExtensions: number;
  /** Bytes of the trailer section behind a chunked body; above it 431. */
  readonly trailer: number;
  /** Bytes a client may send ahead of what is being read of it (pipelined requests, say); above it reading stops. */
  readonly readAhead: number;
  /** Milliseconds for a whole head to arrive; then 408. */
  readonly headTimeout: number;
  /** Milliseconds a connection may wait between requests; then it is closed. */
  readonly keepAliveTimeout: number;
  /** Milliseconds without progress while a body is sent or received; then the connection is closed. */
  readonly idleTimeout: number;
  /** Bytes per second that a body must average, in either direction, over each `idleTimeout` of waiting for the client; 0 for no limit. */
  readonly minimumRate: number;
  /** Milliseconds without progress after which a client that has ended its side is taken to have left. */
  readonly halfClosedTimeout: number;
  /** Bytes of an unread request body that are read and thrown away so that the connection can go on. */
  readonly drainBody: number;
  /** Milliseconds a client has to read its last answer and to end its side, and to send what `drainBody` allows. */
  readonly lingerTimeout: number;
  /** Bytes it may still send meanwhile; then the connection is reset. */
  readonly lingerBody: number;
  /** Milliseconds without a byte in either direction of an upgraded connection; then it is closed. */
  readonly tunnelTimeout: number;
  /** Requests one connection may make; 0 for no limit. */
  readonly requestsPerConnection: number;
  /** Connections open at once, per worker; further ones are closed at once. */
  readonly connections: number;
  /** Connections of one client address open at once, per worker; 0 for no limit. */
  readonly connectionsPerClient: number;
}

/** Limits of HTTP/2 sessions; those of `HttpConfig` hold for their requests as well. */
export interface Http2Config {
  /** Streams of one session open at once. */
  readonly streams: number;
  /** Bytes of memory one session may use. */
  readonly sessionMemory: number;
  /** Bytes of a body that a client may send before they are taken, per stream and per session. */
  readonly window: number;
  /** Streams a client may reset at once, and per second from then on; above it the session ends. */
  readonly resetBurst: number;
  readonly resetRate: number;
  /** Pings and settings a client may send per second before the session ends. */
  readonly controlRate: number;
}

/** Certificates and what else listeners with `tls` need. */
export interface TlsConfig {
  /** The first one is for clients that name no host, or one that no certificate has. */
  readonly certificates: readonly CertificateConfig[];
  readonly minimumVersion: "1.2" | "1.3";
  /** Whether clients are asked for certificates: `request` takes those without one or with an unknown one, too. */
  readonly clientCertificates: "none" | "request" | "require";
  /** Absolute path of the authorities that client certificates must come from, in PEM. */
  readonly clientAuthorities: string | undefined;
  /** Whether OCSP responses are fetched and sent along for certificates that name a responder. */
  readonly stapling: boolean;
  /** Milliseconds a session may be resumed. */
  readonly sessionTimeout: number;
  /** Milliseconds for the handshake. */
  readonly handshakeTimeout: number;
}

export interface CertificateConfig {
  /** Absolute path of the certificate followed by its intermediates, in PEM. */
  readonly certificate: string;
  /** Absolute path of its private key, in PEM. */
  readonly key: string;
}

/** The proxies between clients and this one. */
export interface ProxiesConfig {
  /** Ranges of addresses (`10.0.0.0/8`, or `unix`) of proxies that are believed. */
  readonly trusted: readonly string[];
  /** The field in which they tell of the client; the other one is taken off. */
  readonly header: "x-forwarded-for" | "forwarded";
}

/** The listener for operators. */
export interface AdminConfig {
  /** Undefined for none. */
  readonly listen: ListenAddress | undefined;
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

/** What is kept of the answers of scripts. */
export interface CacheConfig {
  /** Bytes that one worker keeps; 0 for nothing. */
  readonly memory: number;
  /** Bytes of one answer. */
  readonly entry: number;
  /** Milliseconds an answer is kept at most. */
  readonly ttl: number;
  /** Requests of a site that may wait for another one's answer, in one worker. */
  readonly waiting: number;
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
