import type { CompiledSite } from "../script/compile/compiled_site.ts";
import type { WorkerMessage } from "./messages.ts";
import type { WorkerProcess } from "./worker_process.ts";

/** How a new version gets to the workers. */
export interface LoadOptions {
  /** Whether one worker loads it first; if that one refuses it, or ends, the others never get it. */
  readonly hasTrial: boolean;
  /** Called when it is on its way to all workers; those that start from now on have to get it. */
  readonly accepted: () => void;
}

/** Milliseconds a worker may take to load a version. One that is stuck must not hold up the versions after it. */
const DEADLINE = 10_000;

/**
 * A new version of a site on its way to workers: who has not answered yet, and what the answers were. In a trial the
 * end of the worker is an answer, too: the version may have ended it.
 */
export class LoadRound {
  /** Undefined when every worker that lives serves the version, else why one refused it. */
  readonly outcome: Promise<string | undefined>;
  readonly #site: CompiledSite;
  readonly #isTrial: boolean;
  readonly #waiting: Set<WorkerProcess>;
  readonly #resolve: (refusal: string | undefined) => void;
  readonly #timer: NodeJS.Timeout;
  #refusal: string | undefined;

  constructor(site: CompiledSite, workers: Iterable<WorkerProcess>, isTrial: boolean) {
    this.#site = site;
    this.#isTrial = isTrial;
    this.#waiting = new Set(workers);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.#late(), DEADLINE).unref();
    this.#check();
  }

  /** Whether the worker is loading a version of the site that no worker has loaded before. */
  tries(worker: WorkerProcess, site: string): boolean {
    return this.#isTrial && this.#site.site === site && this.#waiting.has(worker);
  }

  answered(worker: WorkerProcess, message: WorkerMessage & { type: "loaded" | "refused" }): void {
    if (message.site !== this.#site.site || message.version !== this.#site.version) return;
    if (message.type === "refused") this.#refusal ??= message.message;
    this.#waiting.delete(worker);
    this.#check();
  }

  /** The worker will not answer any more. */
  ended(worker: WorkerProcess): void {
    if (!this.#waiting.delete(worker)) return;
    if (this.#isTrial) this.#refusal ??= `worker ${worker.pid} has ended while it was loading it`;
    this.#check();
  }

  #check(): void {
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#resolve(this.#refusal);
  }

  #late(): void {
    const pids = [...this.#waiting].map(({ pid }) => pid).join(", ");
    // It might load the version yet, and would be the only one.
    if (this.#isTrial) for (const worker of this.#waiting) worker.kill();
    this.#resolve(this.#refusal ?? `no answer within ${DEADLINE} ms from worker ${pids}`);
  }
}
