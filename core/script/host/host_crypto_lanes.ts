import { HostOperationError } from "./host_operations.ts";

/** Jobs at once, and jobs that may wait for each owner. */
export interface LaneLimits {
  readonly concurrency: number;
  readonly waiting: number;
}

interface Job {
  start(): void;
  drop(): void;
}

/**
 * Lets a few jobs run at once; owners take turns, so that one with many jobs delays another by one job for each
 * that runs, not by all.
 */
export class FairLane {
  readonly #limits: LaneLimits;
  /** In order of their turns: an owner who has had one goes to the end. */
  readonly #waiting = new Map<object, Job[]>();
  #running = 0;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** Rejects with a `HostOperationError` when too many of this owner wait, or when it is dropped. */
  run<T>(owner: object, task: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const jobs = this.#waiting.get(owner) ?? [];
    if (jobs.length >= this.#limits.waiting) {
      const message = `crypto: ${jobs.length} operations of this kind are waiting already; await some first`;
      reject(new HostOperationError("OperationError", message));
      return promise;
    }
    jobs.push({
      start: () => void task().then(resolve, reject).finally(this.#ended),
      drop: () => reject(new HostOperationError("OperationError", "crypto: the site is gone")),
    });
    this.#waiting.set(owner, jobs);
    this.#startNext();
    return promise;
  }

  /** What waits of this owner is not wanted any more. What runs goes on: the thread pool can't be stopped. */
  drop(owner: object): void {
    const jobs = this.#waiting.get(owner) ?? [];
    this.#waiting.delete(owner);
    for (const job of jobs) job.drop();
  }

  readonly #ended = (): void => {
    this.#running--;
    this.#startNext();
  };

  #startNext(): void {
    while (this.#running < this.#limits.concurrency) {
      const turn = this.#waiting.entries().next().value;
      if (turn === undefined) return;
      const [owner, jobs] = turn;
      const job = jobs.shift();
      this.#waiting.delete(owner);
      if (jobs.length > 0) this.#waiting.set(owner, jobs);
      this.#running++;
      job?.start();
    }
  }
}

/**
 * The part of the worker's thread pool that cryptography may take; files and name lookups have the rest (libuv's
 * pool has four threads). What takes seconds has a lane of its own, so that a signature never waits for it.
 */
export class CryptoLanes {
  /** Signatures, encryption, import: below 50 ms each. */
  readonly light = new FairLane({ concurrency: 2, waiting: 1000 });
  /** RSA keys and PBKDF2: up to some seconds. */
  readonly heavy = new FairLane({ concurrency: 1, waiting: 16 });

  /** The owner, a site, is gone. */
  drop(owner: object): void {
    this.light.drop(owner);
    this.heavy.drop(owner);
  }
}
