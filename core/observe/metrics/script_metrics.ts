import { addNonZero, type Snapshot } from "./snapshot.ts";

/** Limits that scripts can reach. */
export type ScriptLimit = "cpu" | "memory" | "deadline";

/** How an isolate can end. */
export type IsolateEnd = "released" | "replaced" | "died" | "quarantined";

/** What the scripts of one site do in this worker. Plain fields: whoever counts adds to them. */
export class ScriptMetrics {
  entries = 0;
  requests = 0;
  /** Milliseconds. */
  time = 0;
  started = 0;
  errors = 0;
  readonly ended: Record<IsolateEnd, number> = { released: 0, replaced: 0, died: 0, quarantined: 0 };
  readonly limits: Record<ScriptLimit, number> = { cpu: 0, memory: 0, deadline: 0 };
  /**
   * What scripts had the host do. fetch: escalate. origin: fetch from an origin or a backend. body: read a body or a
   * piece of one. call: a function of the host that takes its time.
   */
  readonly operations = { fetch: 0, origin: 0, body: 0, call: 0, timer: 0 };

  /** An entry that began at `since`, monotonic milliseconds, is over. */
  entered(since: number): void {
    this.entries++;
    this.time += performance.now() - since;
  }

  snapshot(to: Snapshot, site: string): void {
    addNonZero(to, "lodestone_isolate_entries_total", this.entries, site);
    addNonZero(to, "lodestone_isolate_requests_total", this.requests, site);
    addNonZero(to, "lodestone_isolate_cpu_seconds_total", this.time / 1000, site);
    addNonZero(to, "lodestone_isolates_started_total", this.started, site);
    addNonZero(to, "lodestone_script_errors_total", this.errors, site);
    for (const [reason, count] of Object.entries(this.ended))
      addNonZero(to, "lodestone_isolates_ended_total", count, site, reason);
    for (const [limit, count] of Object.entries(this.limits))
      addNonZero(to, "lodestone_script_limit_hits_total", count, site, limit);
    for (const [operation, count] of Object.entries(this.operations))
      addNonZero(to, "lodestone_script_operations_total", count, site, operation);
  }
}
