import type { Snapshot } from "../../observe/metrics/snapshot.ts";
import type { MeasureMessage, ScriptFault } from "../messages.ts";
import { WorkerTotals } from "./worker_totals.ts";

/** Milliseconds a worker may take for its answer. One that is busy with a script is told as it was before. */
const DEADLINE = 500;

/** A worker, as far as it can be asked. */
export interface MeasuredWorker {
  readonly state: "starting" | "serving" | "leaving";
  send(message: MeasureMessage): void;
}

interface Round {
  readonly number: number;
  readonly waiting: Set<MeasuredWorker>;
  readonly done: PromiseWithResolvers<void>;
}

/** Asks workers what they have counted. Whoever asks while a round is under way gets that round's outcome. */
export class WorkerMeasuring {
  readonly totals = new WorkerTotals<MeasuredWorker>();
  readonly #running = new Set<MeasuredWorker>();
  readonly #faults = new Map<MeasuredWorker, readonly ScriptFault[]>();
  #round: Round | undefined;
  #rounds = 0;
  #unanswered: ReadonlySet<MeasuredWorker> = new Set();

  started(worker: MeasuredWorker): void {
    this.#running.add(worker);
  }

  ended(worker: MeasuredWorker): void {
    this.#running.delete(worker);
    this.#faults.delete(worker);
    this.totals.ended(worker);
    this.#answered(worker);
  }

  /** What a worker tells, asked or, with number 0, because it ends. */
  told(worker: MeasuredWorker, request: number, snapshot: Snapshot, faults: readonly ScriptFault[]): void {
    this.totals.told(worker, snapshot);
    if (this.#running.has(worker)) this.#faults.set(worker, faults);
    if (request === this.#round?.number) this.#answered(worker);
  }

  /** Workers that did not answer in the last round. */
  get unanswered(): ReadonlySet<MeasuredWorker> {
    return this.#unanswered;
  }

  /** Why scripts cannot be loaded, by site, as workers told last. */
  get faults(): ReadonlyMap<string, string> {
    const faults = new Map<string, string>();
    for (const told of this.#faults.values())
      for (const { site, message } of told) if (!faults.has(site)) faults.set(site, message);
    return faults;
  }

  /** Resolves when every worker has answered, or has had its time. */
  async ask(): Promise<void> {
    const round = this.#round ?? this.#begin();
    await round.done.promise;
  }

  #begin(): Round {
    const round: Round = {
      number: ++this.#rounds,
      // One that boots has nothing to tell.
      waiting: new Set([...this.#running].filter(({ state }) => state !== "starting")),
      done: Promise.withResolvers(),
    };
    this.#round = round;
    const timer = setTimeout(() => this.#end(round), DEADLINE);
    void round.done.promise.then(() => clearTimeout(timer));
    for (const worker of round.waiting) worker.send({ type: "measure", request: round.number });
    if (round.waiting.size === 0) this.#end(round);
    return round;
  }

  #answered(worker: MeasuredWorker): void {
    const round = this.#round;
    if (round?.waiting.delete(worker) && round.waiting.size === 0) this.#end(round);
  }

  #end(round: Round): void {
    if (this.#round !== round) return;
    this.#round = undefined;
    this.#unanswered = round.waiting;
    round.done.resolve();
  }
}
