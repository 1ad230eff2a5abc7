import type { Logger } from "../observe/logger.ts";
import type { CompiledSite } from "../script/compile/compiled_site.ts";
import type { Losses } from "../script/limits/heartbeat.ts";
import { type LoadOptions, LoadRound } from "./load_round.ts";
import type {
  CutMessage,
  DrainMessage,
  LiftMessage,
  Purges,
  QuarantineMessage,
  StartMessage,
  TlsMessage,
  WorkerMessage,
} from "./messages.ts";
import type { Observation } from "./metrics/observation.ts";
import { PurgeRounds } from "./purge_rounds.ts";
import { restartDelay } from "./restart_delay.ts";
import type { Watchdog } from "./watchdog.ts";
import { type WorkerEnd, WorkerProcess, type WorkerProgram } from "./worker_process.ts";

export interface WorkerPoolOptions {
  readonly size: number;
  readonly program: WorkerProgram;
  readonly watchdog: Watchdog;
  readonly logger: Logger;
  /**
   * Tells, as soon as that is known, what a worker has to serve. Its process boots while the first versions still
   * compile; a rejection is whoever compiles them's to report. `isFirst`: of a pool that starts, the worker that tries
   * what is new.
   */
  readonly startMessage: () => Promise<(isFirst: boolean) => Omit<StartMessage, "heartbeat" | "slot">>;
  /** Is told of the workers. */
  readonly observation: Observation;
  /** A worker has ended or will, on account of a site's scripts. */
  readonly onBlame: (site: string, reason: string) => void;
  /** The scripts of sites have taken time of a worker by reaching their limits. */
  readonly onLosses: (worker: WorkerProcess, losses: Losses) => void;
  /** Scripts want kept answers let go of everywhere; resolves as `WorkerPool.purge`. */
  readonly onPurge: (purges: Purges) => Promise<string | undefined>;
}

interface Slot {
  /** The worker that serves or will; undefined while the slot waits for its replacement. */
  worker: WorkerProcess | undefined;
  /** Workers of this slot in a row that died soon after their start. */
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/** Milliseconds a worker may take until it is ready. */
const START_DEADLINE = 30_000;
/** Milliseconds past the drain timeout until a worker that still runs is killed. */
const DRAIN_GRACE = 2000;
/** Milliseconds a worker has for its last log lines when it is to end at once: a second for a slow reader of the log. */
const CUT_GRACE = 1500;

/** The workers: starts them, replaces the dead ones at once, tells all of them the news. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #slots: Slot[];
  /** Every process that runs, those that leave included. */
  readonly #running = new Set<WorkerProcess>();
  readonly #rounds = new Set<LoadRound>();
  readonly #purges: PurgeRounds;
  readonly #started = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  /** Resolves with the next worker that is ready. */
  #nextReady = Promise.withResolvers<void>();
  #starting = true;
  #draining = false;
  #killing = false;
  /** Workers have no heartbeat files, and the log says so. */
  #isBlind = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#purges = new PurgeRounds(options.onPurge);
    this.#slots = Array.from({ length: options.size }, () => ({
      worker: undefined,
      failures: 0,
      timer: undefined,
    }));
    // Whoever calls `start` gets the failure; a pool that is drained before has nobody to tell.
    this.#started.promise.catch(() => {});
  }

  /** Resolves when every worker serves. Rejects when one cannot, which a restart would not change. */
  start(): Promise<void> {
    for (const index of this.#slots.keys()) this.#spawn(index);
    return this.#started.promise;
  }

  /** Process ids of the workers that serve. */
  get serving(): number[] {
    return [...this.#running].filter((worker) => worker.serving).map((worker) => worker.pid!);
  }

  /**
   * Hands a new version to every worker. Resolves when each has loaded it or has ended: undefined, or why
   * one refused it.
   */
  async load(site: CompiledSite, { hasTrial, accepted }: LoadOptions): Promise<string | undefined> {
    const first = hasTrial ? await this.#serving() : undefined;
    if (first !== undefined) {
      const refusal = await this.#handOver(site, [first], true);
      if (refusal !== undefined) return refusal;
    }
    // Who has not been told yet what to serve will hear of this version, too.
    const others = this.#slots.flatMap(({ worker }) => (worker?.told && worker !== first ? worker : []));
    const loaded = this.#handOver(site, others, false);
    accepted();
    return loaded;
  }

  /** Tells every worker that has been told what to serve; the others hear it in their start message. */
  tell(message: QuarantineMessage | LiftMessage | TlsMessage): void {
    for (const worker of this.#running) if (worker.told) worker.send(message);
  }

  /** As `PurgeRounds.begin`, with every worker. */
  purge(purges: Purges): Promise<string | undefined> {
    const told = [...this.#running].filter((worker) => worker.told);
    return this.#purges.begin(told, purges);
  }

  /** Lets the watchdog look at every worker, and kills those that must end. */
  look(): void {
    for (const { worker, reason, site } of this.#options.watchdog.look(this.#running)) {
      this.#options.logger.error({ worker: worker.pid, site, reason }, "worker killed by the watchdog");
      worker.kill();
      this.#blame(worker, site, reason);
    }
  }

  /**
   * Lets every worker finish what is under way, `timeout` milliseconds at most, and resolves when all have ended. May be
   * called again with less patience. `gently`: see `Listener.drain`.
   */
  drain(gently: boolean, timeout: number): Promise<void> {
    return this.#end({ type: "drain", gently, timeout }, timeout + DRAIN_GRACE);
  }

  /** Lets every worker log what it cuts off, but finish nothing, and resolves when all have ended. */
  cutOff(reason: string): Promise<void> {
    return this.#end({ type: "cut", reason }, CUT_GRACE);
  }

  /** Ends every worker now. */
  kill(): void {
    this.#draining = true;
    this.#killing = true;
    for (const slot of this.#slots) clearTimeout(slot.timer);
    for (const worker of this.#running) worker.kill();
    this.#checkEnded();
  }

  /** Asks every worker to end; kills those that have not after `patience` milliseconds. */
  async #end(message: DrainMessage | CutMessage, patience: number): Promise<void> {
    this.#draining = true;
    for (const slot of this.#slots) clearTimeout(slot.timer);
    for (const worker of this.#running) {
      worker.leaving = true;
      // One that still boots has accepted nothing.
      if (worker.told) worker.send(message);
      else worker.kill();
    }
    this.#checkEnded();
    const deadline = setTimeout(() => this.kill(), patience);
    await this.#ended.promise;
    clearTimeout(deadline);
  }

  #spawn(index: number): void {
    const { program, startMessage } = this.#options;
    const worker = new WorkerProcess(index, program, {
      message: (from, message) => this.#onMessage(from, message),
      ended: (from, end) => this.#onEnded(from, end),
    });
    this.#slots[index]!.worker = worker;
    this.#running.add(worker);
    this.#options.observation.workerStarted(worker);
    startMessage().then(
      (message) => {
        if (this.#draining) return;
        worker.told = true;
        worker.send({ ...message(this.#starting && index === 0), heartbeat: worker.heartbeat, slot: index });
      },
      () => worker.kill(),
    );
    if (worker.heartbeat === undefined) this.#warnBlind();
    setTimeout(() => this.#checkStarted(worker), START_DEADLINE).unref();
  }

  #onMessage(worker: WorkerProcess, message: WorkerMessage): void {
    switch (message.type) {
      case "ready":
        this.#onReady(worker);
        break;
      case "failed":
        this.#options.logger.error({ worker: worker.pid, reason: message.message }, "worker cannot serve");
        return this.#started.reject(new Error(message.message));
      case "loaded":
      case "refused":
        for (const round of this.#rounds) round.answered(worker, message);
        break;
      case "leaving":
        this.#onLeaving(worker, message.reason, message.site);
        break;
      case "losses":
        this.#options.onLosses(worker, message.losses);
        break;
      case "purge":
      case "purged":
        this.#purges.told(worker, message);
        break;
      case "measured":
        this.#options.observation.measuring.told(worker, message.request, message.snapshot, message.faults);
        break;
    }
  }

  #onReady(worker: WorkerProcess): void {
    worker.serving = true;
    this.#options.logger.info({ worker: worker.pid, milliseconds: Math.round(worker.age) }, "worker ready");
    this.#nextReady.resolve();
    this.#nextReady = Promise.withResolvers();
    if (this.#slots.every((slot) => slot.worker?.serving)) {
      this.#starting = false;
      this.#started.resolve();
    }
  }

  /** The worker has not ended yet, but the next one may start. */
  #onLeaving(worker: WorkerProcess, reason: string, site: string | undefined): void {
    this.#options.logger.warn({ worker: worker.pid, site, reason }, "worker leaves");
    this.#blame(worker, site, reason);
    worker.serving = false;
    worker.leaving = true;
    for (const round of this.#rounds) round.ended(worker);
    this.#replace(worker);
  }

  #onEnded(worker: WorkerProcess, end: WorkerEnd): void {
    const { reason, signal, clean } = end;
    this.#running.delete(worker);
    this.#options.observation.workerEnded(worker, this.#killing ? { ...end, clean: true } : end);
    const site = this.#killing ? undefined : this.#options.watchdog.blameForEnd(worker, signal);
    this.#blame(worker, site, reason);
    for (const round of this.#rounds) round.ended(worker);
    this.#purges.ended(worker);
    const details = { worker: worker.pid, site, reason, seconds: Math.round(worker.age / 100) / 10 };
    if (clean || this.#killing || (this.#draining && !worker.told))
      this.#options.logger.info(details, "worker ended");
    else this.#options.logger.error(details, "worker ended");
    if (this.#starting) this.#started.reject(new Error(`a worker ended before it was ready: ${reason}`));
    else this.#replace(worker);
    this.#checkEnded();
  }

  /** A worker that serves; waits for one. Undefined when none will. */
  async #serving(): Promise<WorkerProcess | undefined> {
    while (!this.#draining) {
      const found = this.#slots.find(({ worker }) => worker?.serving)?.worker;
      if (found !== undefined) return found;
      await this.#nextReady.promise;
    }
    return undefined;
  }

  #handOver(
    site: CompiledSite,
    workers: readonly WorkerProcess[],
    isTrial: boolean,
  ): Promise<string | undefined> {
    const round = new LoadRound(site, workers, isTrial);
    this.#rounds.add(round);
    for (const worker of workers) worker.send({ type: "load", site, isTrial });
    return round.outcome.finally(() => this.#rounds.delete(round));
  }

  /** A version that ends the worker that tries it is refused; the one that serves is not to blame for it. */
  #blame(worker: WorkerProcess, site: string | undefined, reason: string): void {
    if (site === undefined) return;
    const isTried = [...this.#rounds].some((round) => round.tries(worker, site));
    if (!isTried || worker.record.activity !== "load") this.#options.onBlame(site, reason);
  }

  #replace(worker: WorkerProcess): void {
    const slot = this.#slots[worker.slot]!;
    if (slot.worker !== worker || this.#draining) return;
    slot.worker = undefined;
    const { failures, delay } = restartDelay(slot.failures, worker.age);
    slot.failures = failures;
    if (delay === 0) this.#spawn(worker.slot);
    else slot.timer = setTimeout(() => this.#spawn(worker.slot), delay);
  }

  #warnBlind(): void {
    if (this.#isBlind) return;
    this.#isBlind = true;
    this.#options.logger.warn(
      "no folder takes a heartbeat file: whose scripts end a worker cannot be told, and no site is quarantined for it",
    );
  }

  #checkStarted(worker: WorkerProcess): void {
    if (worker.serving || !this.#running.has(worker) || this.#slots[worker.slot]!.worker !== worker) return;
    this.#options.logger.error(
      { worker: worker.pid, milliseconds: START_DEADLINE },
      "worker never became ready",
    );
    worker.kill();
  }

  #checkEnded(): void {
    if (this.#draining && this.#running.size === 0) this.#ended.resolve();
  }
}
