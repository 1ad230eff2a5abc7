import type { Config } from "../config/config.ts";
import { LogDestination } from "../observe/log_destination.ts";
import { createLogger, type Logger } from "../observe/logger.ts";
import { Admin } from "./admin/admin.ts";
import type { Health } from "./admin/health.ts";
import { addressesOf, announce } from "./announce.ts";
import { bannerText } from "./banner.ts";
import { ChangeQueue } from "./change_queue.ts";
import { Generations } from "./generations.ts";
import { type HandedSockets, takeHandedSockets } from "./handed_sockets.ts";
import { loadLateModules } from "./late_modules.ts";
import { launchPlan } from "./launch_plan.ts";
import { unmatched } from "./listening_sockets.ts";
import type { InspectAddress } from "./messages.ts";
import { Observation } from "./metrics/observation.ts";
import { type Outcome, outcomeOf, tellFailure } from "./outcome.ts";
import { packageVersion } from "./package_version.ts";
import { PidFile } from "./pid_file.ts";
import { ServiceManager } from "./service_manager.ts";
import { Signals } from "./signals.ts";
import { startSuccessor } from "./upgrade.ts";
import { LOOK } from "./watchdog.ts";
import { WORKER_FLAGS } from "./worker_process.ts";

/** Milliseconds that the process before this one may keep the admin listener. */
const HANDED_OVER = 30_000;

export interface SupervisorOptions {
  /** Reads the configuration again, for a reload. Throws errors whose messages are for the operator. */
  readonly load?: () => Promise<Config>;
  /** Flags of Node and V8 for workers, in the place of those that keep isolates within their limits. For tests. */
  readonly workerFlags?: readonly string[];
  /** Where the worker lets debuggers in. */
  readonly inspect?: InspectAddress;
}

/**
 * Serves until a signal ends it, and resolves to the process's exit code: 0 after a clean end, 1 when serving
 * was not possible (the reason is on standard error), 128 plus the signal's number when a second signal cut
 * it short. Logs to standard output. When another process has taken over, this one is ended here.
 */
export async function runSupervisor(config: Config, options: SupervisorOptions = {}): Promise<number> {
  const destination = new LogDestination({ delay: 10 });
  const supervisor = new Supervisor(config, destination, options);
  let code = 1;
  try {
    code = await supervisor.run();
  } finally {
    await destination.flush();
  }
  // See ListeningSocket.release.
  if (supervisor.hasHandedOver) process.exit(code);
  return code;
}

/** How a supervisor's time ends: by a signal, or because another process serves in its place. */
type Ending = "stop" | "handed over";

class Supervisor {
  readonly #options: SupervisorOptions;
  /** The one it starts with. */
  readonly #config: Config;
  /** Until a generation has one with its own level. */
  readonly #firstLogger: Logger;
  readonly #generations: Generations;
  readonly #observation: Observation;
  readonly #admin: Admin;
  readonly #service: ServiceManager;
  readonly #pidFile = new PidFile();
  readonly #handed: HandedSockets;
  readonly #launched = process.env.LODESTONE_LAUNCHED;
  readonly #changes = new ChangeQueue();
  readonly #startedAt = performance.now();
  readonly #ending = Promise.withResolvers<Ending>();
  /** Aborted when the server is to stop. */
  readonly #stop = new AbortController();
  readonly #cut = Promise.withResolvers<number>();
  #hasServed = false;
  #hasHandedOver = false;

  constructor(config: Config, destination: LogDestination, options: SupervisorOptions) {
    this.#options = options;
    this.#config = config;
    this.#firstLogger = createLogger(config.log, {}, destination);
    this.#observation = new Observation({
      version: packageVersion(),
      linesLost: () => destination.lost,
      certificates: () => this.#generations.current?.certificates ?? [],
    });
    this.#admin = this.#createAdmin();
    this.#generations = new Generations({
      observation: this.#observation,
      destination,
      workerFlags: options.workerFlags ?? WORKER_FLAGS,
      inspect: options.inspect,
    });
    delete process.env.LODESTONE_LAUNCHED;
    this.#handed = takeHandedSockets(process.env);
    this.#service = new ServiceManager({ environment: process.env, logger: () => this.#logger });
  }

  get hasHandedOver(): boolean {
    return this.#hasHandedOver;
  }

  async run(): Promise<number> {
    const signals = new Signals({
      stop: (times, number) => this.#onStop(times, number),
      reload: () => void this.reload(),
      upgrade: () => void this.upgrade(),
    });
    const look = setInterval(() => this.#generations.look(), LOOK).unref();
    try {
      const started = this.#changes.run("start", () => this.#start());
      const outcome = await Promise.race([started, this.#ending.promise]);
      if (typeof outcome !== "string" && !outcome.done) return 1;
      return (await this.#ending.promise) === "stop" ? await this.#end() : await this.#leave();
    } finally {
      signals.close();
      clearInterval(look);
      this.#service.close();
      this.#admin.close();
      this.#observation.close();
      this.#generations.kill();
      // They are still those of the process that has handed them over, files of Unix sockets included.
      if (this.#handed.from === "upgrade" && !this.#hasServed) this.#generations.sockets.release();
      else this.#generations.sockets.close();
      this.#pidFile.remove();
    }
  }

  /**
   * Puts the configuration, as its file says now, in the place of the one that serves. Everything goes on as before when
   * that is not possible; the outcome says why. Never rejects.
   */
  reload(): Promise<Outcome> {
    return this.#changes.run("reload", () => this.#reload());
  }

  /** Lets the program, as it is on disk now, take over the sockets. Otherwise as `reload`. */
  upgrade(): Promise<Outcome> {
    return this.#changes.run("upgrade", () => this.#upgrade());
  }

  #createAdmin(): Admin {
    const [config, logger, health] = [() => this.#currentConfig, () => this.#logger, () => this.#health];
    return new Admin({
      observation: this.#observation,
      get config() {
        return config();
      },
      get logger() {
        return logger();
      },
      get health() {
        return health();
      },
      reload: () => this.reload(),
      purge: (purges) => this.#generations.purge(purges),
    });
  }

  get #health(): Health {
    const { current } = this.#generations;
    const isStopping = this.#stop.signal.aborted || this.#hasHandedOver;
    return { isStopping, serving: current?.serving ?? 0, wanted: current?.config.workers };
  }

  get #currentConfig(): Config {
    return this.#generations.current?.config ?? this.#config;
  }

  get #logger(): Logger {
    return this.#generations.current?.logger ?? this.#firstLogger;
  }

  async #start(): Promise<Outcome> {
    const { sockets, problems, from, report } = this.#handed;
    for (const reason of problems) this.#logger.warn({ reason }, "a socket cannot be used");
    this.#generations.sockets.take(sockets);
    // Probes are answered before anything serves.
    await this.#admin.listen(this.#config.admin.listen, from === "upgrade" ? HANDED_OVER : 0);
    const outcome = await outcomeOf(async () => {
      const generation = await this.#generations.replace(this.#config);
      for (const address of unmatched(sockets, generation.sockets)) {
        this.#logger.warn(
          { address, from },
          "a socket was handed over that the configuration has no address for",
        );
      }
      if (from !== "upgrade")
        process.stderr.write(bannerText(generation.config, addressesOf(generation), this.#admin.address));
      announce(generation, "serving", this.#startedAt);
      this.#pidFile.write(generation.config.pidFile, generation.logger);
      const told = this.#service.ready("serving", from === "upgrade" ? process.pid : undefined);
      // The process before this one must not end until it is known who follows.
      if (from === "upgrade") await told;
    });
    if (!outcome.done && !this.#stop.signal.aborted) {
      tellFailure(outcome);
      this.#logger.fatal({ reason: outcome.reason }, "not started");
    }
    this.#hasServed = outcome.done;
    if (outcome.done) loadLateModules();
    report(outcome.done ? undefined : outcome.reason);
    return outcome;
  }

  async #reload(): Promise<Outcome> {
    const startedAt = performance.now();
    this.#logger.info("reloading");
    void this.#service.reloading();
    const outcome = await outcomeOf(async () => {
      this.#refuseWhenOver();
      const generation = await this.#generations.replace((await this.#options.load?.()) ?? this.#config);
      announce(generation, "reloaded", startedAt);
      await this.#admin.listen(generation.config.admin.listen);
      this.#pidFile.write(generation.config.pidFile, generation.logger);
    });
    if (!outcome.done && !this.#stop.signal.aborted) {
      tellFailure(outcome, "not reloaded");
      this.#logger.error({ reason: outcome.reason }, "not reloaded; what serves goes on");
    }
    this.#observation.reloaded(outcome);
    void this.#service.ready(outcome.done ? "serving" : `serving; not reloaded: ${outcome.reason}`);
    return outcome;
  }

  async #upgrade(): Promise<Outcome> {
    this.#logger.info("upgrading");
    const outcome = await outcomeOf(async () => {
      this.#refuseWhenOver();
      if (this.#options.inspect !== undefined)
        throw new Error("with --inspect: debuggers cannot move to another process");
      const plan = await launchPlan(this.#launched, process.env);
      const sockets = this.#generations.sockets.open;
      const pid = await startSuccessor({ plan, sockets, signal: this.#stop.signal });
      this.#logger.info({ successor: pid }, "another process serves; this one finishes what is under way");
      this.#hasHandedOver = true;
      this.#ending.resolve("handed over");
    });
    if (!outcome.done && !this.#stop.signal.aborted) {
      tellFailure(outcome, "not upgraded");
      this.#logger.error({ reason: outcome.reason }, "not upgraded; what serves goes on");
    }
    return outcome;
  }

  #refuseWhenOver(): void {
    if (this.#hasHandedOver) throw new Error("another process serves in the place of this one");
    if (this.#stop.signal.aborted) throw new Error("the server is being stopped");
  }

  #onStop(times: number, number: number): void {
    this.#logger.info({ signal: number }, times === 1 ? "draining" : "ending at once");
    this.#stop.abort();
    if (this.#hasHandedOver) void this.#generations.drain(this.#drainTimeout);
    else this.#ending.resolve("stop");
    if (times > 1) this.#cut.resolve(128 + number);
    if (times > 2) this.#generations.kill();
  }

  get #drainTimeout(): number {
    return this.#currentConfig.drainTimeout;
  }

  /** Closes this process's sockets first: new connections are refused as soon as the workers have closed theirs. */
  #end(): Promise<number> {
    void this.#service.stopping();
    const timeout = this.#drainTimeout;
    this.#generations.sockets.close();
    return this.#drained(this.#generations.drain(timeout));
  }

  /** Another process serves: it has the sockets, and the word for the service manager. */
  #leave(): Promise<number> {
    this.#service.close();
    this.#admin.close();
    this.#generations.sockets.release();
    return this.#drained(this.#generations.handOver());
  }

  async #drained(drained: Promise<void>): Promise<number> {
    const code = await Promise.race([drained.then(() => 0), this.#cut.promise]);
    if (code !== 0) await this.#generations.cutOff("a second signal came");
    this.#logger.info({ code }, "ended");
    return code;
  }
}
