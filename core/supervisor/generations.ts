import type { Config } from "../config/config.ts";
import { configDoubts } from "../config/config_doubts.ts";
import type { LogDestination } from "../observe/log_destination.ts";
import type { CompiledRuntime } from "../script/compile/compiled_runtime.ts";
import { loadRuntime } from "../script/compile/load_runtime.ts";
import { warnOfFewFiles } from "./file_demand.ts";
import { Generation } from "./generation.ts";
import { ListeningSockets } from "./listening_sockets.ts";
import type { InspectAddress, Purges } from "./messages.ts";
import type { Observation } from "./metrics/observation.ts";
import { TicketKeys } from "./tls/ticket_keys.ts";

export interface GenerationsOptions {
  readonly destination: LogDestination;
  /** Flags of Node and V8 for the workers. */
  readonly workerFlags: readonly string[];
  /** Where the worker lets debuggers in, undefined for nowhere. */
  readonly inspect: InspectAddress | undefined;
  readonly observation: Observation;
}

/** Old generations that may take their time; of more, the oldest ones have `drainTimeout` only. */
const MOST_OLD = 8;
/** Old generations in all: the oldest one is cut off when one more comes. */
const MOST = 2 * MOST_OLD;

/** The generation that serves, and those before it that still finish what they have begun. */
export class Generations {
  readonly sockets = new ListeningSockets();
  /** The same for all of them: sessions go on behind a reload. */
  readonly #ticketKeys = new TicketKeys();
  readonly #options: GenerationsOptions;
  /** The oldest one first. */
  readonly #old: Generation[] = [];
  readonly #hurried = new WeakSet<Generation>();
  #current: Generation | undefined;
  /** The one that starts. */
  #next: Generation | undefined;
  #runtime: Promise<CompiledRuntime> | undefined;
  #isOver = false;

  constructor(options: GenerationsOptions) {
    this.#options = options;
  }

  /** The one that serves. */
  get current(): Generation | undefined {
    return this.#current;
  }

  /**
   * Starts a generation with that configuration. When it serves, it takes the place of the one before, which gets nothing
   * new and drains gently; until then, and when it fails, all goes on as before. One at a time.
   *
   * @throws ListenError, ScriptsError, or an Error that says why no worker can serve.
   */
  async replace(config: Config): Promise<Generation> {
    const plan = await this.sockets.plan(config.listen.map(({ address }) => address));
    let next: Generation | undefined;
    try {
      if (this.#isOver) throw new Error("the server is being stopped");
      this.#runtime ??= loadRuntime();
      next = new Generation({
        ...this.#options,
        config,
        sockets: plan.sockets,
        runtime: this.#runtime,
        ticketKeys: this.#ticketKeys,
        purge: (purges) => this.purge(purges),
        before: this.#current,
      });
      this.#next = next;
      warnOfFewFiles(config, next.logger);
      for (const doubt of configDoubts(config)) next.logger.warn(doubt);
      await next.start();
      if (this.#isOver) throw new Error("the server is being stopped");
    } catch (error) {
      next?.kill();
      plan.discard();
      throw error;
    } finally {
      this.#next = undefined;
    }
    plan.keep();
    const before = this.#current;
    this.#current = next;
    this.#options.observation.configured(next);
    if (before !== undefined) this.#retire(before, config.reloadTimeout);
    return next;
  }

  /** Lets all workers let go of kept answers, also those that drain. Resolves when all have: undefined, or why one has not. */
  async purge(purges: Purges): Promise<string | undefined> {
    const generations = this.#next === undefined ? this.#all() : [...this.#all(), this.#next];
    const failures = await Promise.all(generations.map((generation) => generation.purge(purges)));
    return failures.find((failure) => failure !== undefined);
  }

  /** To be called every now and then. */
  look(): void {
    this.#current?.look();
    this.#next?.look();
    for (const generation of this.#old) generation.look();
  }

  /** The current one drains gently, too: another process has taken over its sockets. Resolves when all have ended. */
  async handOver(): Promise<void> {
    this.#isOver = true;
    const last = this.#current;
    if (last !== undefined) this.#retire(last, last.config.reloadTimeout);
    this.#current = undefined;
    await Promise.all(this.#old.map((generation) => generation.drain(true, generation.config.reloadTimeout)));
  }

  /** Lets all finish what is under way, `timeout` milliseconds at most; resolves when all have ended. */
  async drain(timeout: number): Promise<void> {
    this.#isOver = true;
    this.#next?.kill();
    await Promise.all(this.#all().map((generation) => generation.drain(false, timeout)));
  }

  /** Lets all log what they cut off; resolves when all have ended. */
  async cutOff(reason: string): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#all().map((generation) => generation.cutOff(reason)));
  }

  /** Ends everything now. */
  kill(): void {
    this.#isOver = true;
    this.#ticketKeys.close();
    this.#next?.kill();
    for (const generation of this.#all()) generation.kill();
  }

  #all(): Generation[] {
    return this.#current === undefined ? [...this.#old] : [...this.#old, this.#current];
  }

  #retire(generation: Generation, timeout: number): void {
    this.#old.push(generation);
    // Never rejects.
    void generation.drain(true, timeout).then(() => {
      this.#old.splice(this.#old.indexOf(generation), 1);
    });
    this.#bound();
  }

  #bound(): void {
    for (const [index, generation] of this.#old.entries()) {
      const younger = this.#old.length - 1 - index;
      if (younger >= MOST) void generation.cutOff(`${MOST} younger generations drain already`);
      if (younger < MOST_OLD || this.#hurried.has(generation)) continue;
      this.#hurried.add(generation);
      const { drainTimeout } = generation.config;
      generation.logger.warn(
        { generations: this.#old.length, drainTimeout },
        "too many old generations of workers: the oldest one has to end",
      );
      void generation.drain(false, drainTimeout);
    }
  }
}
