import type { HeartbeatRecord } from "../script/limits/heartbeat_record.ts";
import type { ProcessReading } from "./process_reading.ts";

export interface WatchLimits {
  /** Milliseconds without a sign of life, besides what is lawful. */
  readonly heartbeat: number;
  /** Bytes of resident memory. */
  readonly memory: number;
  /** Milliseconds that what the worker does may lawfully take without a sign of life. */
  readonly lawful: (record: HeartbeatRecord) => number;
}

/** Why a worker must end. */
export interface Verdict {
  readonly reason: string;
  /** Index of the site to blame, -1 for none. */
  readonly site: number;
}

/**
 * Milliseconds of silence after which the loop certainly does not turn: two beats. Before, the site that is named
 * may have been left again.
 */
const STUCK = 500;
/** Looks that memory above the limit waits for certainty about who is to blame. */
const PATIENCE = 3;
const MEGABYTE = 1024 ** 2;

/** What the supervisor has seen of one worker. */
export class WorkerWatch {
  readonly #limits: WatchLimits;
  #record: HeartbeatRecord = { sequence: 0, site: -1, activity: "none", grower: -1 };
  /** Milliseconds since the last sign of life, without those in which the worker could not have given one. */
  #silence = 0;
  #waited: number | undefined;
  #ran: number | undefined;
  /** Looks in a row with memory above the limit. */
  #swollen = 0;

  constructor(limits: WatchLimits) {
    this.#limits = limits;
  }

  /** One look, `elapsed` milliseconds after the one before. Undefined when all is well. */
  look(elapsed: number, record: HeartbeatRecord, reading: ProcessReading | undefined): Verdict | undefined {
    if (record.sequence !== this.#record.sequence) this.#silence = 0;
    else this.#silence += Math.max(0, elapsed - this.#starved(elapsed, reading));
    this.#record = record;
    this.#waited = reading?.waited;
    this.#ran = reading?.ran;
    return this.#memory(reading) ?? this.#heartbeat();
  }

  /** The site whose scripts hold up the worker, -1 when the loop turns or they are not the reason. */
  get stuckIn(): number {
    return this.#silence >= STUCK ? this.#record.site : -1;
  }

  #heartbeat(): Verdict | undefined {
    // Until the first sign it boots, and that has a deadline of its own.
    if (this.#record.sequence === 0) return undefined;
    const limit = this.#limits.heartbeat + this.#limits.lawful(this.#record);
    if (this.#silence <= limit) return undefined;
    return { reason: `no sign of life for ${Math.round(this.#silence)} ms`, site: this.#record.site };
  }

  #memory(reading: ProcessReading | undefined): Verdict | undefined {
    if (reading === undefined || reading.memory <= this.#limits.memory) {
      this.#swollen = 0;
      return undefined;
    }
    const site = this.stuckIn === -1 ? this.#record.grower : this.stuckIn;
    const isCertain = this.#record.site === -1 || site !== -1;
    if (++this.#swollen < PATIENCE && !isCertain) return undefined;
    const [used, allowed] = [reading.memory, this.#limits.memory].map((bytes) =>
      Math.round(bytes / MEGABYTE),
    );
    return {
      reason: `resident memory of ${used} MB is above the limit of ${allowed} MB`,
      site,
    };
  }

  /** Milliseconds of the last `elapsed` in which the machine did not let the worker run. */
  #starved(elapsed: number, reading: ProcessReading | undefined): number {
    if (reading?.waited === undefined || this.#waited === undefined) return 0;
    // A wait that still goes on is not in the sum yet.
    if (reading.runnable && reading.ran === this.#ran) return elapsed;
    return reading.waited - this.#waited;
  }
}
