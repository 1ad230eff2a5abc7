import { fileURLToPath } from "node:url";
import type { Config } from "../config/config.ts";
import { formatListenAddress } from "../config/listen_address.ts";
import { LogDestination } from "../observe/log_destination.ts";
import { createLogger, type Logger } from "../observe/logger.ts";
import { compileRuntime } from "../script/compile/compile_runtime.ts";
import { compileSite } from "../script/compile/compile_site.ts";
import type { CompiledRuntime } from "../script/compile/compiled_runtime.ts";
import type { CompiledSite } from "../script/compile/compiled_site.ts";
import { bannerText } from "./banner.ts";
import { type ListeningSocket, openListeningSocket } from "./listening_socket.ts";
import type { InspectAddress } from "./messages.ts";
import { Quarantine } from "./quarantine.ts";
import { ScriptVersions } from "./script_versions.ts";
import { Signals } from "./signals.ts";
import { LOOK, Watchdog } from "./watchdog.ts";
import { type LoadOptions, WorkerPool } from "./worker_pool.ts";
import { inheritedListeners, WORKER_FLAGS } from "./worker_process.ts";

/** The worker's program: TypeScript in a checkout, JavaScript in the package. */
const WORKER_FILE = fileURLToPath(new URL(`../worker${import.meta.url.slice(-3)}`, import.meta.url));

/** Sites whose names are in the log line that tells of the start. */
const SITES_NAMED = 100;

export interface SupervisorOptions {
  /** Flags of Node and V8 for workers, in the place of those that keep isolates within their limits. For tests. */
  readonly workerFlags?: readonly string[];
  /** Where the worker lets debuggers in. */
  readonly inspect?: InspectAddress;
}

/**
 * Serves until a signal ends it, and resolves to the process's exit code: 0 after a clean end, 1 when serving
 * was not possible (the reason is on standard error), 128 plus the signal's number when a second signal cut
 * it short. Logs to standard output.
 */
export async function runSupervisor(config: Config, options: SupervisorOptions = {}): Promise<number> {
  const destination = new LogDestination({ delay: 10 });
  const logger = createLogger(config.log, {}, destination);
  const supervisor = new Supervisor(config, logger, options);
  try {
    return await supervisor.run();
  } finally {
    await destination.flush();
  }
}

class Supervisor {
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #sockets: ListeningSocket[] = [];
  readonly #scripts: ScriptVersions;
  readonly #quarantine: Quarantine;
  readonly #workerFlags: readonly string[];
  readonly #inspect: InspectAddress | undefined;
  #pool: WorkerPool | undefined;
  readonly #startedAt = performance.now();
  #stopping = false;
  readonly #stop = Promise.withResolvers<"stop">();
  readonly #cut = Promise.withResolvers<number>();

  constructor(config: Config, logger: Logger, options: SupervisorOptions) {
    this.#config = config;
    this.#logger = logger;
    this.#workerFlags = options.workerFlags ?? WORKER_FLAGS;
    this.#inspect = options.inspect;
    this.#quarantine = new Quarantine({
      config: config.quarantine,
      logger,
      tell: (message) => this.#pool?.tell(message),
    });
    this.#scripts = new ScriptVersions({
      sites: config.sites,
      compile: (site, version) => compileSite(site, version, { returns: config.trace.secret !== undefined }),
      publish: (site, options) => this.#publish(site, options),
      logger,
      dev: config.dev,
    });
  }

  async run(): Promise<number> {
    const signals = new Signals({
      stop: (times, number) => this.#onStop(times, number),
      reload: () => this.#onReload(),
    });
    const look = setInterval(() => this.#look(), LOOK).unref();
    try {
      const started = await Promise.race([this.#start(), this.#stop.promise]);
      if (started === "failed") return 1;
      await this.#stop.promise;
      return await this.#end();
    } catch (error) {
      process.stderr.write(`lodestone: ${(error as Error).message}\n`);
      this.#logger.fatal({ reason: (error as Error).message }, "not started");
      return 1;
    } finally {
      signals.close();
      clearInterval(look);
      this.#scripts.close();
      this.#pool?.kill();
      for (const socket of this.#sockets) socket.close();
    }
  }

  async #start(): Promise<"started" | "failed" | "stop"> {
    for (const { address } of this.#config.listen) {
      const socket = await openListeningSocket(address);
      if (this.#stopping) {
        socket.close();
        return "stop";
      }
      this.#sockets.push(socket);
    }
    const compiled = Promise.all([compileRuntime(), this.#scripts.compileAll()]);
    this.#pool = this.#createPool(compiled.then(([runtime]) => runtime));
    const started = this.#pool.start();
    // Fails too when the scripts do, which is told first.
    started.catch(() => {});
    const [, errors] = await compiled;
    if (this.#stopping) return "stop";
    if (errors.length > 0) {
      for (const error of errors) process.stderr.write(`${error.message}\n`);
      this.#logger.fatal({ faults: errors.map((error) => error.message) }, "scripts do not compile");
      return "failed";
    }
    await started;
    this.#announce();
    return "started";
  }

  #createPool(runtime: Promise<CompiledRuntime>): WorkerPool {
    const listeners = inheritedListeners(
      this.#sockets.map(({ address }, index) => {
        const { address: _, ...spoken } = this.#config.listen[index]!;
        return { address, spoken };
      }),
    );
    return new WorkerPool({
      size: this.#config.workers,
      program: {
        file: WORKER_FILE,
        flags: this.#workerFlags,
        fds: this.#sockets.map(({ fd }) => fd),
      },
      watchdog: new Watchdog({ config: this.#config }),
      logger: this.#logger,
      startMessage: async () => {
        const compiled = await runtime;
        return () => ({
          type: "start",
          config: this.#config,
          runtime: compiled,
          sites: this.#scripts.current,
          listeners,
          inspect: this.#inspect,
          quarantined: this.#quarantine.sites,
        });
      },
      onBlame: (site, reason) => this.#quarantine.workerEnded(site, reason),
      onLosses: (worker, losses) => this.#quarantine.lost(worker, losses),
    });
  }

  /** A quarantined version is out of the workers before its successor's quarantine ends. */
  async #publish(site: CompiledSite, options: LoadOptions): Promise<string | undefined> {
    const accepted = (): void => {
      options.accepted();
      if (site.broken === undefined) this.#quarantine.renewed(site.site);
    };
    if (this.#pool !== undefined) return this.#pool.load(site, { ...options, accepted });
    accepted();
    return undefined;
  }

  #look(): void {
    this.#pool?.look();
    this.#quarantine.check();
  }

  #announce(): void {
    const addresses = this.#sockets.map(({ address }) => address);
    process.stderr.write(bannerText(this.#config, addresses));
    this.#logger.info(
      {
        listen: addresses.map(formatListenAddress),
        sites: this.#config.sites.slice(0, SITES_NAMED).map(({ name }) => name),
        moreSites: Math.max(0, this.#config.sites.length - SITES_NAMED) || undefined,
        workers: this.#config.workers,
        milliseconds: Math.round(performance.now() - this.#startedAt),
      },
      "serving",
    );
  }

  #onStop(times: number, number: number): void {
    this.#logger.info({ signal: number }, times === 1 ? "draining" : "ending at once");
    this.#stopping = true;
    this.#stop.resolve("stop");
    if (times > 1) this.#cut.resolve(128 + number);
    if (times > 2) this.#pool?.kill();
  }

  #onReload(): void {
    this.#logger.info("reloading every script");
    this.#scripts.reloadAll();
  }

  /** Closes this process's sockets first: new connections are refused as soon as the workers have closed theirs. */
  async #end(): Promise<number> {
    this.#scripts.close();
    for (const socket of this.#sockets.splice(0)) socket.close();
    const drained = (this.#pool?.drain(this.#config.drainTimeout) ?? Promise.resolve()).then(() => 0);
    const code = await Promise.race([drained, this.#cut.promise]);
    if (code !== 0) await this.#pool?.cutOff();
    this.#logger.info({ code }, "ended");
    return code;
  }
}
