import type { Config } from "../config/config.ts";
import { LogDestination } from "../observe/log_destination.ts";
import { createLogger, type Logger } from "../observe/logger.ts";
import { announce } from "./announce.ts";
import { bannerText } from "./banner.ts";
import { ChangeQueue } from "./change_queue.ts";
import { Generations } from "./generations.ts";
import type { InspectAddress } from "./messages.ts";
import { type Outcome, outcomeOf, tellFailure } from "./outcome.ts";
import { Signals } from "./signals.ts";
import { LOOK } from "./watchdog.ts";
import { WORKER_FLAGS } from "./worker_process.ts";

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
 * it short. Logs to standard output.
 */
export async function runSupervisor(config: Config, options: SupervisorOptions = {}): Promise<number> {
  const destination = new LogDestination({ delay: 10 });
  const supervisor = new Supervisor(config, destination, options);
  try {
    return await supervisor.run();
  } finally {
    await destination.flush();
  }
}

class Supervisor {
  readonly #options: SupervisorOptions;
  /** The one it starts with. */
  readonly #config: Config;
  /** Until a generation has one with its own level. */
  readonly #firstLogger: Logger;
  readonly #generations: Generations;
  readonly #changes = new ChangeQueue();
  readonly #startedAt = performance.now();
  readonly #stop = Promise.withResolvers<"stop">();
  readonly #cut = Promise.withResolvers<number>();
  #stopping = false;

  constructor(config: Config, destination: LogDestination, options: SupervisorOptions) {
    this.#options = options;
    this.#config = config;
    this.#firstLogger = createLogger(config.log, {}, destination);
    this.#generations = new Generations({
      destination,
      workerFlags: options.workerFlags ?? WORKER_FLAGS,
      inspect: options.inspect,
    });
  }

  async run(): Promise<number> {
    const signals = new Signals({
      stop: (times, number) => this.#onStop(times, number),
      reload: () => void this.reload(),
    });
    const look = setInterval(() => this.#generations.look(), LOOK).unref();
    try {
      const started = this.#changes.run("start", () => this.#start());
      const outcome = await Promise.race([started, this.#stop.promise]);
      if (outcome !== "stop" && !outcome.done) return 1;
      await this.#stop.promise;
      return await this.#end();
    } finally {
      signals.close();
      clearInterval(look);
      this.#generations.kill();
      this.#generations.sockets.close();
    }
  }

  /**
   * Puts the configuration, as its file says now, in the place of the one that serves. Everything goes on as before when
   * that is not possible; the outcome says why. Never rejects.
   */
  reload(): Promise<Outcome> {
    return this.#changes.run("reload", () => this.#reload());
  }

  get #logger(): Logger {
    return this.#generations.current?.logger ?? this.#firstLogger;
  }

  async #start(): Promise<Outcome> {
    const outcome = await outcomeOf(async () => {
      const { config, sockets, logger } = await this.#generations.replace(this.#config);
      const addresses = sockets.map(({ address }) => address);
      process.stderr.write(bannerText(config, addresses));
      announce(logger, "serving", config, addresses, performance.now() - this.#startedAt);
    });
    if (!outcome.done && !this.#stopping) {
      tellFailure(outcome);
      this.#logger.fatal({ reason: outcome.reason }, "not started");
    }
    return outcome;
  }

  async #reload(): Promise<Outcome> {
    const startedAt = performance.now();
    this.#logger.info("reloading");
    const outcome = await outcomeOf(async () => {
      const config = (await this.#options.load?.()) ?? this.#config;
      const { sockets, logger } = await this.#generations.replace(config);
      const addresses = sockets.map(({ address }) => address);
      announce(logger, "reloaded", config, addresses, performance.now() - startedAt);
    });
    if (!outcome.done && !this.#stopping) {
      tellFailure(outcome);
      this.#logger.error({ reason: outcome.reason }, "not reloaded; what serves goes on");
    }
    return outcome;
  }

  #onStop(times: number, number: number): void {
    this.#logger.info({ signal: number }, times === 1 ? "draining" : "ending at once");
    this.#stopping = true;
    this.#stop.resolve("stop");
    if (times > 1) this.#cut.resolve(128 + number);
    if (times > 2) this.#generations.kill();
  }

  /** Closes this process's sockets first: new connections are refused as soon as the workers have closed theirs. */
  async #end(): Promise<number> {
    const timeout = (this.#generations.current?.config ?? this.#config).drainTimeout;
    this.#generations.sockets.close();
    const drained = this.#generations.drain(timeout).then(() => 0);
    const code = await Promise.race([drained, this.#cut.promise]);
    if (code !== 0) await this.#generations.cutOff("a second signal came");
    this.#logger.info({ code }, "ended");
    return code;
  }
}
