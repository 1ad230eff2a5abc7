import type { CompiledSite } from "../script/compiled_site.ts";
import type { WorkerMessage } from "./messages.ts";
import type { WorkerProcess } from "./worker_process.ts";

/** Milliseconds a worker may take to load a version. One that is stuck must not hold up the versions after it. */
const DEADLINE = 10_000;

/** A new version of a site on its way to the workers: who has not answered yet, and what the answers were. */
export class LoadRound {
  /** Undefined when every worker that lives serves the version, else why one refused it. */
  readonly outcome: Promise<string | undefined>;
  readonly #site: CompiledSite;
  readonly #waiting: Set<WorkerProcess>;
  readonly #resolve: (refusal: string | undefined) => void;
  readonly #timer: NodeJS.Timeout;
  #refusal: string | undefined;

  constructor(site: CompiledSite, workers: Iterable<WorkerProcess>) {
    this.#site = site;
    this.#waiting = new Set(workers);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.#late(), DEADLINE).unref();
    this.#check();
  }

  answered(worker: WorkerProcess, message: WorkerMessage & { type: "loaded" | "refused" }): void {
    if (message.site !== this.#site.site || message.version !== this.#site.version) return;
    if (message.type === "refused") this.#refusal ??= message.message;
    this.ended(worker);
  }

  /** The worker will not answer any more. */
  ended(worker: WorkerProcess): void {
    this.#waiting.delete(worker);
    this.#check();
  }

  #check(): void {
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#resolve(this.#refusal);
  }

  #late(): void {
    const pids = [...this.#waiting].map(({ pid }) => pid).join(", ");
    this.#resolve(this.#refusal ?? `no answer within ${DEADLINE} ms from worker ${pids}`);
  }
}
