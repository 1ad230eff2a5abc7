import type { Backend } from "../backend/backend.ts";
import { createBackends } from "../backend/create_backend.ts";
import { formatListenAddress } from "../config/listen_address.ts";
import { SiteRouter } from "../exchange/site_router.ts";
import { StatCache } from "../files/stat_cache.ts";
import { TrustedProxies } from "../front/forwarded/trusted_proxies.ts";
import type { Refusal } from "../front/http1/refusal.ts";
import { Listeners } from "../front/listeners.ts";
import { TlsContexts } from "../front/tls/tls_contexts.ts";
import { TimerWheel } from "../http/timer_wheel.ts";
import type { InspectServer } from "../inspect/inspect_server.ts";
import { AccessLog } from "../observe/access_log.ts";
import { LogDestination } from "../observe/log_destination.ts";
import { createLogger, type Logger } from "../observe/logger.ts";
import { addSample } from "../observe/metrics/snapshot.ts";
import { WorkerMetrics } from "../observe/metrics/worker_metrics.ts";
import { OpenFiles } from "../observe/open_files.ts";
import { RequestIds } from "../observe/request_id.ts";
import type { CompiledSite } from "../script/compile/compiled_site.ts";
import { Heartbeat } from "../script/limits/heartbeat.ts";
import type { Purges, StartMessage, TlsMessage, WorkerMessage } from "../supervisor/messages.ts";
import { ConnectionWarnings } from "./connection_warnings.ts";
import { loadLateModules } from "./late_modules.ts";
import { PurgeRequests } from "./purge_requests.ts";
import { WorkerEnding } from "./worker_ending.ts";

/** Milliseconds between the ticks of all deadlines in a worker. */
const TICK = 100;

/** What the worker needs of the process around it. */
export interface WorkerParent {
  /** `done` is called when it is on its way. */
  tell(message: WorkerMessage, done?: () => void): void;
  /** The process cannot go on for long; `site` is the one whose scripts have done it. */
  leave(reason: string, site: string): void;
}

/** One worker process: accepts from the listening sockets it was born with and serves every site. */
export class Worker {
  readonly #drainTimeout: number;
  readonly #destination: LogDestination;
  readonly #logger: Logger;
  readonly #access: AccessLog;
  readonly #ids = new RequestIds();
  readonly #timers = new TimerWheel({ tick: TICK });
  readonly #backends: Map<string, Backend>;
  readonly #router: SiteRouter;
  readonly #start: StartMessage;
  readonly #parent: WorkerParent;
  readonly #metrics = new WorkerMetrics();
  /** Undefined when no listener speaks TLS. */
  readonly #tls: TlsContexts | undefined;
  readonly #listeners = new Listeners();
  #inspector: InspectServer | undefined;
  readonly #openFiles: OpenFiles;
  readonly #warnings: ConnectionWarnings;
  readonly #purges: PurgeRequests;
  readonly #ending: WorkerEnding;

  constructor(start: StartMessage, parent: WorkerParent) {
    const { config, runtime, sites } = start;
    this.#start = start;
    this.#parent = parent;
    this.#metrics.addSource((to) =>
      addSample(to, "lodestone_log_lines_dropped_total", this.#destination.lost, "worker"),
    );
    this.#drainTimeout = config.drainTimeout;
    this.#destination = new LogDestination();
    this.#logger = createLogger(config.log, {}, this.#destination);
    const wanted = config.log.access && config.log.level !== "silent";
    this.#access = new AccessLog(wanted ? this.#destination : undefined);
    this.#tls = start.tls && new TlsContexts(config.tls, start.tls);
    this.#backends = createBackends(config.backends, { timers: this.#timers, head: config.http });
    const heartbeat = new Heartbeat({
      fd: start.heartbeat,
      sites: config.sites.map(({ name }) => name),
      memory: config.watchdog.memory,
      signal: () => parent.tell({ type: "alive" }),
      report: (losses) => parent.tell({ type: "losses", losses }),
    });
    this.#purges = new PurgeRequests((purges) => parent.tell({ type: "purge", purges }));
    this.#router = new SiteRouter({
      config,
      runtime,
      sites,
      stat: new StatCache({ age: config.files.statAge, entries: config.files.statEntries }),
      backends: this.#backends,
      timers: this.#timers,
      logger: this.#logger,
      access: this.#access,
      metrics: this.#metrics,
      heartbeat,
      inspected: start.inspect !== undefined,
      purgeEverywhere: (site, tags) => this.#purges.purge(site, tags),
      catastrophe: (message, site) => parent.leave(message, site),
    });
    this.#openFiles = new OpenFiles(this.#logger);
    this.#warnings = new ConnectionWarnings(this.#logger);
    this.#ending = new WorkerEnding({
      listeners: this.#listeners,
      sockets: start.listeners.map(({ fd }) => fd),
      logger: this.#logger,
      // A request at a breakpoint goes on.
      begin: () => this.#inspector?.close(),
      end: () => this.#end(),
    });
    for (const { site, milliseconds } of start.quarantined) this.quarantine(site, milliseconds);
  }

  async listen(): Promise<void> {
    const { config, listeners, sites, trials } = this.#start;
    const proxies = new TrustedProxies(config.proxies);
    for (const site of sites) if (trials.includes(site.site)) this.load(site, true);
    for (const { fd, address, spoken } of listeners) {
      const name = formatListenAddress(address);
      await this.#listeners.listen(fd, {
        spoken,
        http: config.http,
        http2: config.http2,
        metrics: this.#metrics.listener(name),
        tls: this.#tls,
        proxies,
        timers: this.#timers,
        handler: this.#router.handlerOf(spoken.redirect),
        onRefused: (refusal) => this.#logRefused(refusal),
        onTurnedAway: (limit, client) => this.#warnings.turnedAway(limit, client.address),
        onAcceptFailed: (error) => this.#warnings.acceptFailed(name, error),
        onHandshakeFailed: (reason, client) => {
          this.#metrics.handshakeFailed();
          this.#warnings.handshakeFailed(reason, client.address);
        },
      });
    }
    loadLateModules();
    const inspected = this.#inspect();
    if (this.#start.inspect?.isTaken !== true) await inspected;
    else inspected.catch((error) => this.#logger.error({ err: error }, "debuggers cannot attach"));
  }

  load(site: CompiledSite, isTrial: boolean): void {
    this.#router.load(site, isTrial);
  }

  quarantine(site: string, milliseconds: number): void {
    this.#router.quarantine(site, milliseconds);
  }

  /** A certificate, or what else TLS is made of, has been replaced: new connections get it. */
  renewTls(message: TlsMessage): void {
    if (message.type === "certificate") this.#tls?.replaceCertificate(message.place, message.certificate);
    else if (message.type === "staple") this.#tls?.replaceStaple(message.fingerprint256, message.response);
    else if (message.type === "clientAuthorities") this.#tls?.replaceAuthorities(message.authorities);
    else this.#tls?.replaceTicketKeys(message.keys);
  }

  /** Tells the supervisor what has been counted; `told` is called when that is on its way. */
  measure(request: number, told?: () => void): void {
    const snapshot = this.#metrics.snapshot(String(this.#start.slot));
    this.#parent.tell({ type: "measured", request, snapshot, faults: this.#router.faults }, told);
  }

  /** Lets go of kept answers, and tells the supervisor. */
  purge(round: number, purges: Purges): void {
    for (const { site, tags } of purges) this.#router.purge(site, tags);
    this.#parent.tell({ type: "purged", round });
  }

  /** What scripts of this worker wanted purged is purged everywhere, or `failure` says why not. */
  purgeDone(failure: string | undefined): void {
    this.#purges.done(failure);
  }

  lift(site: string): void {
    this.#router.lift(site);
  }

  /**
   * Finishes what is under way, `timeout` milliseconds at most, and ends the process. A later call may have less patience.
   * `gently`: idle connections may make one more request.
   */
  drain(gently: boolean, timeout = this.#drainTimeout): void {
    this.#ending.drain(gently, timeout);
  }

  /** Ends the process without waiting any longer for what is under way. */
  cut(reason: string): void {
    this.#ending.cut(reason);
  }

  fatal(error: unknown, message: string): void {
    this.#logger.fatal({ err: error }, message);
    this.#destination.flushSync();
  }

  async #inspect(): Promise<void> {
    const { inspect } = this.#start;
    if (inspect === undefined) return;
    const { InspectServer, frontendUrl } = await import("../inspect/inspect_server.ts");
    const { inspections } = this.#router;
    this.#inspector = new InspectServer(inspections);
    const authority = await this.#inspector.listen(inspect.host, inspect.port);
    if (authority === undefined) return;
    this.#logger.info({ inspect: authority }, "debuggers may attach");
    const urls = inspections.map(({ title, id }) => `  ${title}: ${frontendUrl(authority, id)}\n`);
    process.stderr.write(
      `debuggers may attach at ${authority}: chrome://inspect in Chrome, or\n${urls.join("")}`,
    );
  }

  /** Nothing is under way any more. */
  async #end(): Promise<void> {
    // Counters of workers that have ended stay in the sums.
    const told = new Promise<void>((resolve) => this.measure(0, resolve));
    this.#router.close();
    this.#openFiles.close();
    this.#warnings.close();
    for (const backend of this.#backends.values()) backend.close();
    this.#timers.close();
    await this.#destination.flush();
    await told;
    process.exit(0);
  }

  #logRefused({ error, client, method, path, milliseconds }: Refusal): void {
    this.#metrics.siteless(error.status);
    this.#access.write({
      id: this.#ids.next(),
      site: "",
      method,
      host: "",
      path,
      status: error.status,
      bytes: 0,
      milliseconds,
      by: "proxy",
      client: client.address,
      code: error.code,
      error: error.message,
    });
  }
}
