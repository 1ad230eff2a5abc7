import type { Config } from "../config/config.ts";
import type { HeartbeatRecord } from "../script/limits/heartbeat_record.ts";
import { LOAD_LIMIT } from "../script/limits/load_limit.ts";
import { type ProcessReading, readProcess } from "./process_reading.ts";
import { type WatchLimits, WorkerWatch } from "./worker_watch.ts";

/** Milliseconds between two looks. */
export const LOOK = 250;

/** Signals by which V8 and the kernel end a process for what it did itself. */
const CRASHES: ReadonlySet<string> = new Set(["SIGABRT", "SIGILL", "SIGSEGV", "SIGTRAP", "SIGBUS", "SIGFPE"]);

/** A worker as the watchdog needs it. */
export interface WatchedWorker {
  readonly pid: number | undefined;
  /** Its last sign of life. */
  readonly record: HeartbeatRecord;
}

/** A worker that must be killed, or has died, and why. */
export interface Blame {
  readonly reason: string;
  /** Name of the site whose scripts were running; undefined when nobody is to blame for certain. */
  readonly site: string | undefined;
}

export interface WatchdogOptions {
  readonly config: Pick<Config, "sites" | "watchdog">;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly read?: (pid: number) => ProcessReading | undefined;
}

/** Looks after workers whose loop no longer turns or whose memory grows, and says whose scripts did it. */
export class Watchdog {
  readonly #sites: readonly string[];
  readonly #limits: WatchLimits;
  readonly #now: () => number;
  readonly #read: (pid: number) => ProcessReading | undefined;
  readonly #watches = new WeakMap<WatchedWorker, WorkerWatch>();
  readonly #condemned = new WeakSet<WatchedWorker>();
  #lookedAt: number;

  constructor(options: WatchdogOptions) {
    const { sites, watchdog } = options.config;
    this.#sites = sites.map(({ name }) => name);
    const cpu = sites.map(({ limits }) => limits.cpu);
    this.#limits = { ...watchdog, lawful: (record) => lawfulTime(record, cpu) };
    this.#now = options.now ?? (() => performance.now());
    this.#read = options.read ?? readProcess;
    this.#lookedAt = this.#now();
  }

  /** Looks at every worker. Those that are returned must be killed; each is only once. */
  look<W extends WatchedWorker>(workers: Iterable<W>): (Blame & { readonly worker: W })[] {
    const now = this.#now();
    // When this process is late, the whole machine may have been.
    const elapsed = Math.min(now - this.#lookedAt, 2 * LOOK);
    this.#lookedAt = now;
    const found: (Blame & { worker: W })[] = [];
    for (const worker of workers) {
      if (worker.pid === undefined || this.#condemned.has(worker)) continue;
      const verdict = this.#watchOf(worker).look(elapsed, worker.record, this.#read(worker.pid));
      if (verdict === undefined) continue;
      this.#condemned.add(worker);
      found.push({ worker, reason: verdict.reason, site: this.#sites[verdict.site] });
    }
    return found;
  }

  /**
   * The site to blame for the end of a worker, which the watchdog had not asked for. After a crash the one that
   * filled the memory, else the one the last sign of life names; when something killed it, as the kernel does when
   * memory runs out, only one that is certain to have done it.
   */
  blameForEnd(worker: WatchedWorker, signal: NodeJS.Signals | null): string | undefined {
    if (signal === null || this.#condemned.has(worker)) return undefined;
    this.#condemned.add(worker);
    const { site, grower } = worker.record;
    const { stuckIn } = this.#watchOf(worker);
    if (CRASHES.has(signal)) return this.#sites[grower === -1 || stuckIn !== -1 ? site : grower];
    return signal === "SIGKILL" ? this.#sites[stuckIn === -1 ? grower : stuckIn] : undefined;
  }

  #watchOf(worker: WatchedWorker): WorkerWatch {
    let watch = this.#watches.get(worker);
    if (watch === undefined) {
      watch = new WorkerWatch(this.#limits);
      this.#watches.set(worker, watch);
    }
    return watch;
  }
}

/** Without a file nobody knows which site runs, so any may; -1 with an activity says so. */
function lawfulTime({ site, activity }: HeartbeatRecord, cpu: readonly number[]): number {
  // A bundle has the limit while it is evaluated, and once more while its exports are looked at.
  const load = 2 * LOAD_LIMIT;
  if (activity === "none") return 0;
  if (site === -1) return Math.max(load, ...cpu);
  return activity === "load" ? load : (cpu[site] ?? 0);
}
