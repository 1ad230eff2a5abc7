import type { PurgeDoneMessage, PurgeMessage, Purges, WorkerMessage } from "./messages.ts";

/** Milliseconds until a worker that has not answered fails a purge. The watchdog has ended by then what hangs. */
const DEADLINE = 5_000;

/** A worker as far as purges go. */
export interface PurgedWorker {
  send(message: PurgeMessage | PurgeDoneMessage): void;
}

interface Round {
  readonly waiting: Set<PurgedWorker>;
  readonly outcome: PromiseWithResolvers<string | undefined>;
  readonly timer: NodeJS.Timeout;
}

/** Purges on their way to the workers of one generation. */
export class PurgeRounds {
  readonly #rounds = new Map<number, Round>();
  readonly #everywhere: (purges: Purges) => Promise<string | undefined>;
  readonly #deadline: number;
  #last = 0;

  /** `everywhere` purges in the workers of all generations, and resolves as `begin` does; it never rejects. */
  constructor(everywhere: (purges: Purges) => Promise<string | undefined>, deadline = DEADLINE) {
    this.#everywhere = everywhere;
    this.#deadline = deadline;
  }

  /** Scripts of a worker want a purge, or a worker has done its part of one. */
  told(worker: PurgedWorker, message: WorkerMessage & { type: "purge" | "purged" }): void {
    if (message.type === "purged") return this.answered(worker, message.round);
    void this.#everywhere(message.purges).then((failure) => worker.send({ type: "purgeDone", failure }));
  }

  /** Resolves when every worker has answered or has ended: undefined, or why that is not so. */
  begin(workers: readonly PurgedWorker[], purges: Purges): Promise<string | undefined> {
    const round = ++this.#last;
    const outcome = Promise.withResolvers<string | undefined>();
    const timer = setTimeout(
      () => this.#end(round, "a worker did not answer in time"),
      this.#deadline,
    ).unref();
    this.#rounds.set(round, { waiting: new Set(workers), outcome, timer });
    for (const worker of workers) worker.send({ type: "purge", round, purges });
    if (workers.length === 0) this.#end(round, undefined);
    return outcome.promise;
  }

  answered(worker: PurgedWorker, number: number): void {
    const round = this.#rounds.get(number);
    if (round?.waiting.delete(worker) === true && round.waiting.size === 0) this.#end(number, undefined);
  }

  /** What the worker has kept is gone with it. */
  ended(worker: PurgedWorker): void {
    for (const number of [...this.#rounds.keys()]) this.answered(worker, number);
  }

  #end(number: number, failure: string | undefined): void {
    const round = this.#rounds.get(number);
    if (round === undefined) return;
    this.#rounds.delete(number);
    clearTimeout(round.timer);
    round.outcome.resolve(failure);
  }
}
