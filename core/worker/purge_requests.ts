import type { Purges } from "../supervisor/messages.ts";

/** Tags of one site in one message to the supervisor; a script that wants more at once is refused. */
const MOST_TAGS = 1_000;

/** Purges of all sites that go to the supervisor together. */
class Batch {
  readonly tags = new Map<string, Set<string>>();
  readonly #outcome = Promise.withResolvers<void>();

  constructor() {
    // Whoever waits is told; there may be nobody left.
    this.#outcome.promise.catch(() => {});
  }

  get outcome(): Promise<void> {
    return this.#outcome.promise;
  }

  add(site: string, tags: readonly string[]): void {
    const known = this.tags.get(site) ?? new Set();
    const all = new Set([...known, ...tags]);
    if (all.size > MOST_TAGS) {
      throw new RangeError(`at most ${MOST_TAGS} tags may be on their way at once`);
    }
    this.tags.set(site, all);
  }

  get purges(): Purges {
    return [...this.tags].map(([site, tags]) => ({ site, tags: [...tags] }));
  }

  done(failure: string | undefined): void {
    if (failure === undefined) this.#outcome.resolve();
    else this.#outcome.reject(new Error(failure));
  }
}

/**
 * What scripts of this worker want purged in all workers. One message is on its way at a time, and what comes meanwhile goes with
 * the next one: scripts cannot flood the supervisor.
 */
export class PurgeRequests {
  readonly #send: (purges: Purges) => void;
  #underWay: Batch | undefined;
  #next: Batch | undefined;

  constructor(send: (purges: Purges) => void) {
    this.#send = send;
  }

  /** Resolves when no worker serves these any more. */
  async purge(site: string, tags: readonly string[]): Promise<void> {
    this.#next ??= new Batch();
    const batch = this.#next;
    batch.add(site, tags);
    if (this.#underWay === undefined) this.#begin();
    await batch.outcome;
  }

  /** The supervisor has answered. */
  done(failure: string | undefined): void {
    const batch = this.#underWay;
    this.#underWay = undefined;
    if (this.#next !== undefined) this.#begin();
    batch?.done(failure);
  }

  #begin(): void {
    this.#underWay = this.#next!;
    this.#next = undefined;
    this.#send(this.#underWay.purges);
  }
}
