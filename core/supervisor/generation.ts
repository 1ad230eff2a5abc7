import { fileURLToPath } from "node:url";
import type { Config } from "../config/config.ts";
import type { LogDestination } from "../observe/log_destination.ts";
import { createLogger, type Logger } from "../observe/logger.ts";
import { compileSite } from "../script/compile/compile_site.ts";
import type { CompiledRuntime } from "../script/compile/compiled_runtime.ts";
import type { CompiledSite } from "../script/compile/compiled_site.ts";
import type { ListeningSocket } from "./listening_socket.ts";
import type { LoadOptions } from "./load_round.ts";
import type { InspectAddress, Purges } from "./messages.ts";
import type { Observation } from "./metrics/observation.ts";
import { Quarantine } from "./quarantine.ts";
import { ScriptVersions } from "./script_versions.ts";
import type { CertificateStatus } from "./tls/certificate_store.ts";
import type { TicketKeys } from "./tls/ticket_keys.ts";
import { TlsSupply } from "./tls/tls_supply.ts";
import { Watchdog } from "./watchdog.ts";
import { WorkerPool } from "./worker_pool.ts";
import { inheritedListeners } from "./worker_process.ts";

/** The worker's program: TypeScript in a checkout, JavaScript in the package. */
const WORKER_FILE = fileURLToPath(new URL(`../worker${import.meta.url.slice(-3)}`, import.meta.url));

export interface GenerationOptions {
  readonly config: Config;
  /** For `config.listen`, in its order. */
  readonly sockets: readonly ListeningSocket[];
  readonly runtime: Promise<CompiledRuntime>;
  readonly destination: LogDestination;
  /** Flags of Node and V8 for the workers. */
  readonly workerFlags: readonly string[];
  /** Where the worker lets debuggers in, undefined for nowhere. */
  readonly inspect: InspectAddress | undefined;
  readonly ticketKeys: TicketKeys;
  readonly observation: Observation;
  /** Purges in the workers of all generations. */
  readonly purge: (purges: Purges) => Promise<string | undefined>;
  /** The one that serves now, undefined at the start. */
  readonly before: Generation | undefined;
}

/** Scripts that do not compile keep a generation from starting; the message is for standard error. */
export class ScriptsError extends Error {
  override readonly name = "ScriptsError";
  /** One for each site. */
  readonly faults: readonly string[];

  constructor(errors: readonly Error[]) {
    const faults = errors.map(({ message }) => message);
    super(faults.join("\n"));
    this.faults = faults;
  }
}

/**
 * One configuration at work: its log level, its scripts' versions, its workers, and what is held against its sites. A
 * reload puts the next one in its place; what outlives it (the sockets above all) is the supervisor's.
 */
export class Generation {
  readonly config: Config;
  readonly sockets: readonly ListeningSocket[];
  readonly logger: Logger;
  readonly #options: GenerationOptions;
  readonly #scripts: ScriptVersions;
  readonly #quarantine: Quarantine;
  /** Undefined when no listener speaks TLS. */
  readonly #tls: TlsSupply | undefined;
  #pool: WorkerPool | undefined;

  /** @throws TlsFileError */
  constructor(options: GenerationOptions) {
    const { config } = options;
    this.#options = options;
    this.config = config;
    this.sockets = options.sockets;
    this.logger = createLogger(config.log, {}, options.destination);
    this.#tls = TlsSupply.open(config, this.logger, options.ticketKeys, (message) =>
      this.#pool?.tell(message),
    );
    this.#quarantine = new Quarantine({
      config: config.quarantine,
      logger: this.logger,
      records: options.observation.sites,
      tell: (message) => this.#pool?.tell(message),
    });
    this.#scripts = new ScriptVersions({
      sites: config.sites,
      // Numbers go on, so that a log tells one version of a site from another.
      versions: options.before?.versions,
      compile: (site, version) => compileSite(site, version, { returns: config.trace.secret !== undefined }),
      publish: (site, load) => this.#publish(site, load),
      logger: this.logger,
      records: options.observation.sites,
      dev: config.dev,
    });
  }

  /** Numbers of the newest versions of scripts, by site. */
  get versions(): ReadonlyMap<string, number> {
    return this.#scripts.versions;
  }

  /**
   * Compiles the scripts and starts the workers; resolves when all of them serve. @throws ScriptsError, or an Error that
   * says why no worker can serve. A generation that has failed must be killed.
   */
  async start(): Promise<void> {
    const compiled = Promise.all([this.#options.runtime, this.#scripts.compileAll()]);
    this.#pool = this.#createPool(compiled.then(([runtime]) => runtime));
    const started = this.#pool.start();
    // Fails too when the scripts do, which is told first.
    started.catch(() => {});
    const [, errors] = await compiled;
    if (errors.length > 0) throw new ScriptsError(errors);
    await started;
  }

  /** What is known of the certificates in use. */
  get certificates(): readonly CertificateStatus[] {
    return this.#tls?.certificates.status ?? [];
  }

  /** Workers that serve. */
  get serving(): number {
    return this.#pool?.serving.length ?? 0;
  }

  /** See `WorkerPool.purge`. */
  async purge(purges: Purges): Promise<string | undefined> {
    return this.#pool?.purge(purges);
  }

  /** Looks after workers and quarantines. To be called every now and then, also while it drains. */
  look(): void {
    this.#pool?.look();
    this.#quarantine.check();
  }

  /**
   * Nothing new for it from now on. Lets every worker finish what is under way, `timeout` milliseconds at most, and
   * resolves when all have ended. `gently`: see `Listener.drain`. May be called again with less patience.
   */
  async drain(gently: boolean, timeout: number): Promise<void> {
    this.#tls?.close();
    this.#scripts.close();
    this.#quarantine.detach();
    await this.#pool?.drain(gently, timeout);
  }

  /** Lets the workers log what they cut off; resolves when all have ended. */
  async cutOff(reason: string): Promise<void> {
    this.#scripts.close();
    await this.#pool?.cutOff(reason);
  }

  /** Ends everything now. */
  kill(): void {
    this.#tls?.close();
    this.#scripts.close();
    this.#pool?.kill();
  }

  #createPool(runtime: Promise<CompiledRuntime>): WorkerPool {
    const { config, sockets, workerFlags, inspect } = this.#options;
    const listeners = inheritedListeners(
      sockets.map(({ address }, index) => {
        const { address: _, ...spoken } = config.listen[index]!;
        return { address, spoken };
      }),
    );
    return new WorkerPool({
      size: config.workers,
      program: { file: WORKER_FILE, flags: workerFlags, fds: sockets.map(({ fd }) => fd) },
      watchdog: new Watchdog({ config }),
      observation: this.#options.observation,
      logger: this.logger,
      startMessage: async () => {
        const compiled = await runtime;
        return (isFirst) => ({
          type: "start",
          config,
          runtime: compiled,
          sites: this.#scripts.current,
          trials: isFirst ? this.#trials() : [],
          listeners,
          tls: this.#tls?.material,
          inspect: inspect && { ...inspect, isTaken: this.#options.before !== undefined },
          quarantined: this.#quarantine.sites,
        });
      },
      onPurge: this.#options.purge,
      onBlame: (site, reason) => this.#quarantine.workerEnded(site, reason),
      onLosses: (worker, losses) => this.#quarantine.lost(worker, losses),
    });
  }

  /** The sites with scripts that are not those of the generation before: they must load, or that one goes on. */
  #trials(): string[] {
    const { before } = this.#options;
    if (before === undefined) return [];
    const known = new Map(before.#scripts.current.map(({ site, code }) => [site, code]));
    return this.#scripts.current
      .filter(({ site, code, broken }) => broken === undefined && known.get(site) !== code)
      .map(({ site }) => site);
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
}
