import type { Backend } from "./backend/backend.ts";
import { createBackends } from "./backend/create_backend.ts";
import { SiteRouter } from "./exchange/site_router.ts";
import { StatCache } from "./files/stat_cache.ts";
import { Listeners } from "./front/listeners.ts";
import type { Refusal } from "./front/refusal.ts";
import { HttpError } from "./http/http_error.ts";
import { TimerWheel } from "./http/timer_wheel.ts";
import type { InspectServer } from "./inspect/inspect_server.ts";
import { AccessLog } from "./observe/access_log.ts";
import { LogDestination } from "./observe/log_destination.ts";
import { createLogger, type Logger } from "./observe/logger.ts";
import { RequestIds } from "./observe/request_id.ts";
import type { CompiledSite } from "./script/compile/compiled_site.ts";
import { Heartbeat } from "./script/limits/heartbeat.ts";
import type { StartMessage, SupervisorMessage, WorkerMessage } from "./supervisor/messages.ts";

/** Milliseconds between the ticks of all deadlines in a worker. */
const TICK = 100;

/** What the worker needs of the process around it. */
interface WorkerParent {
  tell(message: WorkerMessage): void;
  /** The process cannot go on for long; `site` is the one whose scripts have done it. */
  leave(reason: string, site: string): void;
}

/** One worker process: accepts from the listening sockets it was born with and serves every site. */
class Worker {
  readonly #drainTimeout: number;
  readonly #destination: LogDestination;
  readonly #logger: Logger;
  readonly #access: AccessLog;
  readonly #ids = new RequestIds();
  readonly #timers = new TimerWheel({ tick: TICK });
  readonly #backends: Map<string, Backend>;
  readonly #router: SiteRouter;
  readonly #start: StartMessage;
  readonly #listeners = new Listeners();
  #inspector: InspectServer | undefined;
  /** Resolves with the reason when nobody waits any longer for what is under way. */
  readonly #cut = Promise.withResolvers<string>();
  #draining = false;

  constructor(start: StartMessage, parent: WorkerParent) {
    const { config, runtime, sites } = start;
    this.#start = start;
    this.#drainTimeout = config.drainTimeout;
    this.#destination = new LogDestination();
    this.#logger = createLogger(config.log, {}, this.#destination);
    const wanted = config.log.access && config.log.level !== "silent";
    this.#access = new AccessLog(wanted ? this.#destination : undefined);
    this.#backends = createBackends(config.backends, { timers: this.#timers, head: config.http });
    const heartbeat = new Heartbeat({
      fd: start.heartbeat,
      sites: config.sites.map(({ name }) => name),
      memory: config.watchdog.memory,
      signal: () => parent.tell({ type: "alive" }),
      report: (losses) => parent.tell({ type: "losses", losses }),
    });
    this.#router = new SiteRouter({
      config,
      runtime,
      sites,
      stat: new StatCache({ age: config.files.statAge, entries: config.files.statEntries }),
      backends: this.#backends,
      timers: this.#timers,
      logger: this.#logger,
      access: this.#access,
      heartbeat,
      inspected: start.inspect !== undefined,
      catastrophe: (message, site) => parent.leave(message, site),
    });
    for (const { site, milliseconds } of start.quarantined) this.quarantine(site, milliseconds);
  }

  async listen(): Promise<void> {
    const { config, listeners } = this.#start;
    for (const { fd, spoken } of listeners) {
      await this.#listeners.listen(fd, {
        spoken,
        http: config.http,
        http2: config.http2,
        timers: this.#timers,
        handler: this.#router.handle,
        onRefused: (refusal) => this.#logRefused(refusal),
      });
    }
    await this.#inspect();
  }

  load(site: CompiledSite, isTrial: boolean): void {
    this.#router.load(site, isTrial);
  }

  quarantine(site: string, milliseconds: number): void {
    this.#router.quarantine(site, milliseconds);
  }

  lift(site: string): void {
    this.#router.lift(site);
  }

  /** Finishes what is under way, `drainTimeout` at most, and ends the process. */
  async drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    // A request at a breakpoint goes on.
    this.#inspector?.close();
    setTimeout(() => this.cut(`drainTimeout has passed (${this.#drainTimeout} ms)`), this.#drainTimeout);
    const finished = this.#listeners.close(false);
    const reason = await Promise.race([finished.then(() => undefined), this.#cut.promise]);
    if (reason !== undefined) this.#cutOff(reason);
    this.#router.close();
    for (const backend of this.#backends.values()) backend.close();
    this.#timers.close();
    await this.#destination.flush();
    process.exit(0);
  }

  /** Ends the process without waiting any longer for what is under way. */
  cut(reason: string): void {
    this.#cut.resolve(reason);
    void this.drain();
  }

  fatal(error: unknown, message: string): void {
    this.#logger.fatal({ err: error }, message);
    this.#destination.flushSync();
  }

  async #inspect(): Promise<void> {
    const { inspect } = this.#start;
    if (inspect === undefined) return;
    const { InspectServer, frontendUrl } = await import("./inspect/inspect_server.ts");
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

  #cutOff(reason: string): void {
    const error = new HttpError(503, "cut_off", `cut off by the end of the worker: ${reason}`);
    const exchanges = this.#listeners.destroy(error);
    if (exchanges > 0) this.#logger.warn({ exchanges, reason }, "exchanges cut off");
  }

  #logRefused({ error, client, method, path, milliseconds }: Refusal): void {
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

/** The process around the worker: the supervisor's messages, signals, and errors nobody caught. */
class WorkerProgram {
  #worker: Worker | undefined;

  run(): void {
    process.on("message", (message) => this.#onMessage(message as SupervisorMessage));
    process.on("disconnect", () => this.#drain());
    process.on("SIGTERM", () => this.#leave("SIGTERM"));
    // A terminal sends these to every process of the group; what follows from them the supervisor says.
    process.on("SIGINT", () => {});
    process.on("SIGHUP", () => {});
    process.on("uncaughtException", (error) => this.#die(error, "uncaught exception"));
    process.on("unhandledRejection", (reason) => this.#die(reason, "unhandled rejection"));
    // The supervisor may have gone while this program was loaded; that event has passed then.
    if (!process.connected) this.#drain();
  }

  #onMessage(message: SupervisorMessage): void {
    switch (message.type) {
      case "start":
        // Never rejects.
        void this.#start(message);
        break;
      case "load":
        this.#load(message.site, message.isTrial);
        break;
      case "quarantine":
        this.#worker?.quarantine(message.site, message.milliseconds);
        break;
      case "lift":
        this.#worker?.lift(message.site);
        break;
      case "drain":
        this.#drain();
        break;
      case "cut":
        this.#cut();
        break;
    }
  }

  async #start(message: StartMessage): Promise<void> {
    try {
      this.#worker = new Worker(message, {
        tell: (said) => this.#tell(said),
        leave: (reason, site) => this.#leave(reason, site),
      });
      await this.#worker.listen();
      this.#tell({ type: "ready" });
    } catch (error) {
      this.#tell({ type: "failed", message: (error as Error).message }, () => process.exit(1));
    }
  }

  #load(site: CompiledSite, isTrial: boolean): void {
    const { site: name, version } = site;
    try {
      this.#worker?.load(site, isTrial);
      this.#tell({ type: "loaded", site: name, version });
    } catch (error) {
      this.#tell({ type: "refused", site: name, version, message: (error as Error).message });
    }
  }

  /** Another worker starts while this one finishes what is under way. */
  #leave(reason: string, site?: string): void {
    this.#tell({ type: "leaving", reason, site });
    this.#drain();
  }

  #drain(): void {
    if (this.#worker === undefined) process.exit(0);
    // Ends the process; a failure on the way is an unhandled rejection, which ends it too.
    void this.#worker.drain();
  }

  #cut(): void {
    if (this.#worker === undefined) process.exit(0);
    this.#worker.cut("a second signal came");
  }

  /** After an error nobody caught nothing is certain any more, so nothing is finished either. */
  #die(error: unknown, message: string): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#worker?.fatal(error, message);
    setTimeout(() => process.exit(1), 1000);
    this.#tell({ type: "leaving", reason: `${message}: ${reason}` }, () => process.exit(1));
  }

  #tell(message: WorkerMessage, done: () => void = () => {}): void {
    if (process.connected) process.send!(message, undefined, {}, done);
    else done();
  }
}

new WorkerProgram().run();
