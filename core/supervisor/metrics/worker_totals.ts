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

  /** Sites and backends of a configuration that is no more are forgotten, or reloads would grow the sums for ever. */
  retain(label: string, names: ReadonlySet<string>): void {
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
    if (snapshot !== undefined) this.#ended.add(snapshot, isKept);
    this.#told.delete(worker);
  }
}

/** Whether a metric outlives the worker. */
function isKept(name: FamilyName): boolean {
  return FAMILIES[name].type !== "gauge";
}
