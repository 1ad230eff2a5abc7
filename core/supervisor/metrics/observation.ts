import { formatListenAddress } from "../../config/listen_address.ts";
import { addSample, type Snapshot } from "../../observe/metrics/snapshot.ts";
import { residentMemory } from "../../observe/resident_memory.ts";
import type { Generation } from "../generation.ts";
import type { Outcome } from "../outcome.ts";
import type { CertificateStatus } from "../tls/certificate_store.ts";
import type { WorkerEnd, WorkerProcess } from "../worker_process.ts";
import { SiteRecords } from "./site_records.ts";
import type { SnapshotSum } from "./snapshot_sum.ts";
import { WorkerMeasuring } from "./worker_measuring.ts";

const EXPIRY = "lodestone_certificate_expiry_timestamp_seconds";
/** Names of a certificate that are told. */
const MOST_NAMES = 10;
/** Milliseconds after which workers are asked although nobody wants to know: what one counts after that dies with it. */
const KEEPING = 5_000;

export interface ObservationOptions {
  readonly version: string;
  /** Lines of its own log that the supervisor could not write. */
  readonly linesLost: () => number;
  readonly certificates: () => Iterable<CertificateStatus>;
}

/** What happens to workers and sites since the supervisor's start. It is told, and decides nothing. */
export class Observation {
  readonly sites = new SiteRecords();
  readonly measuring = new WorkerMeasuring();
  readonly #options: ObservationOptions;
  readonly #startedAt = Date.now();
  readonly #workers = new Set<WorkerProcess>();
  readonly #ends = new Map<string, number>();
  readonly #reloads = { done: 0, refused: 0 };
  #starts = 0;
  #keeping: NodeJS.Timeout | undefined;

  constructor(options: ObservationOptions) {
    this.#options = options;
  }

  /** Worker processes that run, those of earlier generations included. */
  get workers(): ReadonlySet<WorkerProcess> {
    return this.#workers;
  }

  workerStarted(worker: WorkerProcess): void {
    this.#starts++;
    this.#workers.add(worker);
    this.measuring.started(worker);
  }

  workerEnded(worker: WorkerProcess, end: WorkerEnd): void {
    this.#workers.delete(worker);
    const reason = endReason(end, worker);
    this.#ends.set(reason, (this.#ends.get(reason) ?? 0) + 1);
    this.measuring.ended(worker);
  }

  reloaded({ done }: Outcome): void {
    this.#reloads[done ? "done" : "refused"]++;
  }

  /** It serves from now on: of sites and the like that it does not have nothing is kept. */
  configured({ config, versions, sockets }: Generation): void {
    const { sites, backends } = config;
    const names = new Set(sites.map(({ name }) => name));
    this.sites.configured(names, versions);
    this.measuring.totals.retain("site", names);
    this.measuring.totals.retain("backend", new Set(Object.keys(backends)));
    const listeners = sockets.map(({ address }) => formatListenAddress(address));
    this.measuring.totals.retain("listener", new Set(listeners));
  }

  /** Keeps what workers count from being lost with them, but for the last seconds. Idempotent. */
  keep(): void {
    this.#keeping ??= setInterval(() => void this.measuring.ask(), KEEPING).unref();
  }

  /** Asks all workers, and adds up. */
  async sum(): Promise<SnapshotSum> {
    await this.measuring.ask();
    const sum = this.measuring.totals.sum();
    sum.add(this.#snapshot());
    return sum;
  }

  close(): void {
    clearInterval(this.#keeping);
    this.measuring.totals.close();
  }

  #snapshot(): Snapshot {
    const to: Snapshot = {};
    this.#addWorkers(to);
    this.#addSites(to);
    for (const { file, names, notAfter } of this.#options.certificates())
      addSample(to, EXPIRY, notAfter / 1000, file, names.slice(0, MOST_NAMES).join(","));
    const { user, system } = process.cpuUsage();
    addSample(to, "lodestone_log_lines_dropped_total", this.#options.linesLost(), "supervisor");
    addSample(to, "lodestone_supervisor_memory_bytes", residentMemory() ?? 0);
    addSample(to, "lodestone_supervisor_cpu_seconds_total", (user + system) / 1e6);
    addSample(to, "lodestone_start_time_seconds", this.#startedAt / 1000);
    addSample(to, "lodestone_build_info", 1, this.#options.version, process.versions.node);
    return to;
  }

  #addWorkers(to: Snapshot): void {
    const states = { serving: 0, starting: 0, leaving: 0 };
    for (const { state } of this.#workers) states[state]++;
    for (const [state, count] of Object.entries(states)) addSample(to, "lodestone_workers", count, state);
    addSample(to, "lodestone_workers_unanswered", this.measuring.unanswered.size);
    addSample(to, "lodestone_worker_starts_total", this.#starts);
    for (const [reason, count] of this.#ends) addSample(to, "lodestone_worker_ends_total", count, reason);
    for (const [outcome, count] of Object.entries(this.#reloads))
      addSample(to, "lodestone_reloads_total", count, outcome);
  }

  #addSites(to: Snapshot): void {
    for (const [site, record] of this.sites.all) {
      if (record.version !== undefined) addSample(to, "lodestone_script_version", record.version, site);
      addSample(to, "lodestone_script_loads_total", record.loaded, site, "loaded");
      addSample(to, "lodestone_script_loads_total", record.failed, site, "failed");
      addSample(to, "lodestone_site_quarantined", record.quarantine === undefined ? 0 : 1, site);
      addSample(to, "lodestone_site_quarantines_total", record.quarantines, site);
    }
  }
}

/** One of a few words, or the name of a signal. */
function endReason({ clean, signal }: WorkerEnd, { pid }: WorkerProcess): string {
  if (clean) return "clean";
  return signal ?? (pid === undefined ? "not_started" : "exit");
}
