import { FAMILIES, type FamilyName } from "../../observe/metrics/families.ts";
import type { Snapshot } from "../../observe/metrics/snapshot.ts";
import { SnapshotSum } from "./snapshot_sum.ts";

/** Milliseconds for which what a worker said last may still be on its way when the process has ended. */
const LAST_WORDS = 2_000;

/**
 * What all workers have counted since the supervisor's start. Of a worker that has ended, what it told last stays in
 * the totals; gauges go with it.
 *
 * `Key` stands for a worker.
 */
export class WorkerTotals<Key extends object> {
  readonly #told = new Map<Key, Snapshot>();
  readonly #ended = new SnapshotSum();
  /** Ended, but what they said last may still come. */
  readonly #ending = new Map<Key, NodeJS.Timeout>();
  /** Values that count, by the name of their label. */
  readonly #wanted = new Map<string, ReadonlySet<string>>();

  /** A worker's totals since its own start. */
  told(worker: Key, snapshot: Snapshot): void {
    this.#told.set(worker, snapshot);
  }

  last(worker: Key): Snapshot | undefined {
    return this.#told.get(worker);
  }

  ended(worker: Key): void {
    const timer = setTimeout(() => this.#keep(worker), LAST_WORDS).unref();
    this.#ending.set(worker, timer);
  }

  /**
   * What ended workers have counted of sites, backends or the like that are not among these is forgotten from now on, or
   * reloads would grow the sums for ever.
   */
  retain(label: string, names: ReadonlySet<string>): void {
    this.#wanted.set(label, names);
    this.#ended.retain(label, names);
  }

  sum(): SnapshotSum {
    const sum = new SnapshotSum();
    sum.addSum(this.#ended);
    for (const [worker, snapshot] of this.#told)
      sum.add(snapshot, this.#ending.has(worker) ? isKept : undefined);
    return sum;
  }

  close(): void {
    for (const timer of this.#ending.values()) clearTimeout(timer);
  }

  #keep(worker: Key): void {
    this.#ending.delete(worker);
    const snapshot = this.#told.get(worker);
    this.#told.delete(worker);
    if (snapshot === undefined) return;
    this.#ended.add(snapshot, isKept);
    for (const [label, names] of this.#wanted) this.#ended.retain(label, names);
  }
}

/** Whether a metric outlives the worker. */
function isKept(name: FamilyName): boolean {
  return FAMILIES[name].type !== "gauge";
}
