import type { FamilyName } from "../../observe/metrics/families.ts";
import type { Snapshot } from "../../observe/metrics/snapshot.ts";
import type { Observation } from "../metrics/observation.ts";

/** What the admin tells of a worker process. */
export interface WorkerStatus {
  readonly pid: number | undefined;
  /** Its place among the workers; an old generation's has the number of its successor. */
  readonly worker: number;
  readonly state: "starting" | "serving" | "leaving";
  readonly seconds: number;
  /** Whether it has answered just now; what follows is older otherwise. */
  readonly answered: boolean;
  readonly memory: number;
  readonly cpuSeconds: number;
  readonly requestsActive: number;
  readonly connectionsOpen: number;
}

export function workerStatus({ workers, measuring }: Observation): WorkerStatus[] {
  return [...workers].map((worker) => {
    const snapshot = measuring.totals.last(worker) ?? {};
    return {
      pid: worker.pid,
      worker: worker.slot,
      state: worker.state,
      seconds: Math.round(worker.age / 100) / 10,
      answered: worker.state !== "starting" && !measuring.unanswered.has(worker),
      memory: total(snapshot, "lodestone_worker_memory_bytes"),
      cpuSeconds: total(snapshot, "lodestone_worker_cpu_seconds_total"),
      requestsActive: total(snapshot, "lodestone_requests_active"),
      connectionsOpen: total(snapshot, "lodestone_connections_open"),
    };
  });
}

function total(snapshot: Snapshot, name: FamilyName): number {
  return (snapshot[name]?.values ?? []).reduce((sum, value) => sum + value, 0);
}
