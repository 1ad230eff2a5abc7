import type { Backend } from "../backend/backend.ts";
import { OriginBackends } from "../backend/origin_backends.ts";
import type { Config, SiteConfig } from "../config/config.ts";
import { formatFault } from "../config/fault.ts";
import { CompressedFiles } from "../files/coding/compressed_files.ts";
import { FileContents } from "../files/file_contents.ts";
import type { StatCache } from "../files/stat_cache.ts";
import { HttpError } from "../http/http_error.ts";
import type { Incoming, IncomingHandler } from "../http/incoming.ts";
import type { TimerWheel } from "../http/timer_wheel.ts";
import type { AccessLog } from "../observe/access_log.ts";
import { BackendFailures } from "../observe/backend_failures.ts";
import type { Logger } from "../observe/logger.ts";
import { addCache } from "../observe/metrics/cache_reading.ts";
import { addSample, type Snapshot } from "../observe/metrics/snapshot.ts";
import { WorkerMetrics } from "../observe/metrics/worker_metrics.ts";
import { RequestIds } from "../observe/request_id.ts";
import { CodeCache } from "../script/code_cache.ts";
import type { CompiledRuntime } from "../script/compile/compiled_runtime.ts";
import type { CompiledSite } from "../script/compile/compiled_site.ts";
import { failureText } from "../script/failure/failure_text.ts";
import { CryptoLanes } from "../script/host/host_crypto_lanes.ts";
import { cryptoOperations } from "../script/host/host_crypto_operations.ts";
import { createHostFiles } from "../script/host/host_files.ts";
import { createHostStat } from "../script/host/host_stat.ts";
import { SiteInspection } from "../script/inspect/site_inspection.ts";
import type { Heartbeat } from "../script/limits/heartbeat.ts";
import { LiveIsolates } from "../script/limits/live_isolates.ts";
import type { ScriptReports } from "../script/script_reports.ts";
import { SiteScripts } from "../script/site_scripts.ts";
import { createSiteFiles } from "./create_site_files.ts";
import { Exchange, type ExchangeServices } from "./exchange.ts";
import type { ExchangeObserver } from "./exchange_observer.ts";
import { errorReply } from "./failure/error_reply.ts";
import { httpsRedirect } from "./https_redirect.ts";
import { SiteFetch } from "./origin/site_fetch.ts";
import { CacheMemory } from "./response_cache/cache_memory.ts";
import { type PurgeEverywhere, purgeOperation } from "./response_cache/purge_operation.ts";
import { ResponseCache } from "./response_cache/response_cache.ts";
import { type Site, SiteTable } from "./site_table.ts";
import { SitelessAnswers } from "./siteless_answers.ts";
import type { ExchangeTrace } from "./trace/exchange_trace.ts";
import { LiveTraces } from "./trace/live_traces.ts";

/** What exchanges need of the worker. */
export interface ExchangeOptions {
  readonly config: Config;
  readonly runtime: CompiledRuntime;
  readonly sites: readonly CompiledSite[];
  readonly stat: StatCache;
  readonly backends: Map<string, Backend>;
  readonly timers: TimerWheel;
  readonly logger: Logger;
  readonly access: AccessLog;
  /** Where everything is counted. */
  readonly metrics?: WorkerMetrics;
  /** Is told what becomes of exchanges, for tools. */
  readonly observer?: ExchangeObserver;
  /** Decides which requests are traced, for tools, in the place of the configuration. */
  readonly traces?: TraceSource;
  /** Tells the supervisor whose scripts run. */
  readonly heartbeat?: Heartbeat;
  /** Whether debuggers may attach to the scripts. */
  readonly inspected?: boolean;
  /** Purges in the other workers, too; without it there are none. */
  readonly purgeEverywhere?: PurgeEverywhere;
  /** V8 has lost control over an isolate of the site: the worker must end after its open work. */
  readonly catastrophe?: (message: string, site: string) => void;
}

/** Begins the traces of the requests that shall be traced. */
export interface TraceSource {
  begin(id: string, incoming: Incoming, site: Site): ExchangeTrace | undefined;
}

/** Takes what the lanes receive, finds its site and starts its exchange. */
export class SiteRouter {
  readonly #options: ExchangeOptions;
  readonly #sites = new SiteTable();
  readonly #byName = new Map<string, Site>();
  readonly #ids = new RequestIds();
  readonly #siteless: SitelessAnswers;
  readonly #cryptoLanes = new CryptoLanes();
  readonly #codeCache = new CodeCache();
  readonly #isolates: LiveIsolates;
  readonly #metrics: WorkerMetrics;
  readonly #services: ExchangeServices;
  readonly #fetches: SiteFetch[] = [];
  readonly #cacheMemory: CacheMemory;
  readonly #traces: TraceSource | undefined;
  /** The sites with scripts, when debuggers may attach to them. */
  readonly inspections: SiteInspection[] = [];
  #active = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#metrics = options.metrics ?? new WorkerMetrics();
    this.#siteless = new SitelessAnswers(options.access, this.#ids, this.#metrics);
    this.#traces = options.traces ?? liveTraces(options);
    this.#metrics.addSource((to) => this.#measure(to));
    this.#cacheMemory = new CacheMemory(options.config.cache.memory);
    this.#isolates = new LiveIsolates(options.config.isolates, options.config.sites.length);
    this.#services = {
      stat: options.stat,
      contents: new FileContents({ bytes: options.config.files.memory }),
      compressed: new CompressedFiles(options.config.compression, options.timers),
      backends: options.backends,
      backendFailures: new BackendFailures(options.logger),
      timers: options.timers,
      idleTimeout: options.config.http.idleTimeout,
      access: options.access,
      dev: options.config.dev,
      observer: options.observer,
      ended: () => {
        this.#active--;
      },
    };
    for (const config of options.config.sites) this.#add(config);
  }

  /** Exchanges under way. */
  get active(): number {
    return this.#active;
  }

  /** What the lanes of a listener call with each request; `redirect` is the port of `https` that it sends them to. */
  handlerOf(redirect: number | undefined): IncomingHandler {
    return redirect === undefined ? this.handle : httpsRedirect(redirect, this.#siteless, this.handle);
  }

  /** Takes a request to its site. */
  readonly handle = (incoming: Incoming): void => {
    const site = this.#sites.find(incoming.head.host);
    if (site === undefined) return this.#misdirected(incoming);
    this.#active++;
    site.metrics.begun();
    const id = incoming.head.id ?? this.#ids.next();
    new Exchange(id, incoming, site, this.#services, this.#traces?.begin(id, incoming, site)).start();
  };

  /**
   * A new version of a site's scripts, loaded at once if they have an isolate or `now` is set. Throws when it cannot
   * be loaded; the one before goes on then.
   */
  load(compiled: CompiledSite, now = false): void {
    const site = this.#byName.get(compiled.site);
    if (site?.scripts?.load(compiled, now) !== false) return site?.cache?.clear();
    const failure = site?.scripts?.loadFailure;
    const why = failure === undefined ? "" : `: ${failureText(failure)}`;
    throw new Error(
      `version ${compiled.version} of "${compiled.site}" could not be loaded; see the worker's log${why}`,
    );
  }

  /** Why scripts of which a request was in need, or which were tried, could not be loaded. */
  get faults(): { site: string; message: string }[] {
    return [...this.#byName].flatMap(([site, { scripts }]) => {
      const failure = scripts?.loadFailure;
      return failure === undefined ? [] : { site, message: failureText(failure) };
    });
  }

  /** The scripts of the site must not run, for about so long. */
  quarantine(site: string, milliseconds: number): void {
    this.#byName.get(site)?.scripts?.quarantine(milliseconds);
  }

  /** Lets go of the kept answers of the site, in this worker, that have one of the tags. */
  purge(site: string, tags: readonly string[]): void {
    this.#byName.get(site)?.cache?.purge(tags);
  }

  /** They may again. */
  lift(site: string): void {
    this.#byName.get(site)?.scripts?.lift();
  }

  close(): void {
    for (const { scripts } of this.#byName.values()) scripts?.close();
    this.#isolates.close();
    if (this.#options.metrics === undefined) this.#metrics.close();
    for (const fetches of this.#fetches) fetches.close();
  }

  #add(config: SiteConfig): void {
    const files = createSiteFiles(config, this.#options.config.compression, this.#services);
    const fetches = this.#fetchesOf(config);
    const metrics = this.#metrics.site(config.name);
    const scripts =
      config.scripts.length === 0
        ? undefined
        : new SiteScripts({
            site: config,
            runtime: this.#options.runtime,
            codeCache: this.#codeCache,
            isolates: this.#isolates,
            host: {
              stat: createHostStat(files.resolve),
              operations: {
                ...createHostFiles(files.resolve, config.limits.body),
                ...cryptoOperations(this.#cryptoLanes, config),
                ...purgeOperation(config.name, this.#purge),
              },
              fetchOrigin: fetches.fetch,
              holding: { timers: this.#options.timers, idle: this.#options.config.origins.idleTimeout },
            },
            compiled: this.#options.sites.find(({ site }) => site === config.name),
            reports: this.#reports(config.name),
            activity: this.#options.heartbeat?.of(config.name),
            metrics: metrics.scripts,
            traces: this.#traces !== undefined,
            waitLimit: this.#options.config.drainTimeout,
            inspection: this.#inspection(config),
          });
    const cache = scripts && this.#cacheOf(config, scripts);
    const site: Site = { config, scripts, files, metrics, cache };
    this.#sites.add(site);
    this.#byName.set(config.name, site);
  }

  #cacheOf(site: SiteConfig, scripts: SiteScripts): ResponseCache | undefined {
    const { config, timers, logger } = this.#options;
    if (config.cache.memory === 0) return undefined;
    return new ResponseCache({
      config: config.cache,
      memory: this.#cacheMemory,
      timers,
      metrics: this.#metrics.site(site.name).cache,
      deadline: site.limits.deadline,
      // Its author is to see how the version saved last fails.
      isPaused: () => scripts.isBroken,
      warn: (message) => logger.warn({ site: site.name }, message),
    });
  }

  readonly #purge: PurgeEverywhere = async (site, tags) => {
    this.purge(site, tags);
    await this.#options.purgeEverywhere?.(site, tags);
  };

  #fetchesOf(site: SiteConfig): SiteFetch {
    const { config, timers, backends } = this.#options;
    const origins = new OriginBackends({ config: config.origins, timers, head: config.http });
    const fetches = new SiteFetch({
      site,
      backends,
      origins,
      failures: this.#services.backendFailures,
      isOwnHost: (host) => this.#sites.findNamed(host)?.config === site,
    });
    this.#fetches.push(fetches);
    return fetches;
  }

  #inspection(config: SiteConfig): SiteInspection | undefined {
    if (this.#options.inspected !== true) return undefined;
    const prepare = () => this.#byName.get(config.name)?.scripts?.prepare();
    const inspection = new SiteInspection(config, prepare);
    this.inspections.push(inspection);
    return inspection;
  }

  #reports(site: string): ScriptReports {
    const log = this.#options.logger.child({ site });
    const { scripts } = this.#metrics.site(site);
    return {
      line(level, text) {
        if (level >= 50) log.error(text);
        else if (level >= 40) log.warn(text);
        else if (level >= 30) log.info(text);
        else log.debug(text);
      },
      fault(what, stack, fault) {
        scripts.errors++;
        log.error({ stack, ...(fault === undefined ? {} : { at: formatFault(fault) }) }, what);
      },
      loaded: (version, again) => {
        if (again) log.debug({ version }, "scripts loaded again");
        else log.info({ version }, "scripts loaded");
      },
      released: () => log.debug("isolate released: it was idle, and others need the room"),
      died: (message) => log.error(message),
      catastrophe: (message) => {
        log.fatal(message);
        this.#options.catastrophe?.(message, site);
      },
    };
  }

  /** What is as it is, and not counted. */
  #measure(to: Snapshot): void {
    const { stat, backends } = this.#options;
    addCache(to, "stat", stat);
    addCache(to, "content", this.#services.contents);
    addCache(to, "compressed", this.#services.compressed);
    for (const [name, backend] of backends) backend.metrics?.snapshot(to, name);
    addSample(to, "lodestone_isolates_live", this.#isolates.size);
    for (const [name, { scripts, cache }] of this.#byName) {
      if (cache !== undefined && cache.bytes > 0) {
        addSample(to, "lodestone_response_cache_answers", cache.size, name);
        addSample(to, "lodestone_response_cache_bytes", cache.bytes, name);
      }
      const memory = scripts?.memory ?? 0;
      if (memory > 0) addSample(to, "lodestone_isolate_memory_bytes", memory, name);
    }
  }

  #misdirected(incoming: Incoming): void {
    const { host } = incoming.head;
    const error = new HttpError(421, "no_site", `finding the site of a request: none for host "${host}"`);
    this.#siteless.send(incoming, errorReply(error), error);
  }
}

function liveTraces({ config, logger }: ExchangeOptions): TraceSource | undefined {
  const { secret } = config.trace;
  return secret === undefined ? undefined : new LiveTraces(secret, logger);
}
