import { writeSync } from "node:fs";
import { type Activity, encodeRecord, RECORD_LENGTH } from "./heartbeat_record.ts";
import { MemoryGrowth } from "./memory_growth.ts";

/** Milliseconds between two signs of life of an idle worker. */
export const BEAT = 250;

/** Beats between two reports of lost time. */
const REPORT_EVERY = 4;

/** Told what the scripts of one site do to this process. */
export interface SiteActivity {
  /** An entry begins. Returns the time: monotonic milliseconds. */
  entering(): number;
  /** A version is about to be loaded. Returns the time. */
  loading(): number;
  /** What began then came to nothing: a limit ended it, the isolate died, or the version could not be loaded. */
  lost(since: number): void;
}

/** For scripts that nobody watches. */
export const UNWATCHED: SiteActivity = {
  entering: () => performance.now(),
  loading: () => performance.now(),
  lost() {},
};

/** Milliseconds lost since the report before, by site. */
export type Losses = Readonly<Record<string, number>>;

export interface HeartbeatOptions {
  /** Descriptor of the file in which the supervisor looks; undefined when there is none. */
  readonly fd: number | undefined;
  /** Names of the sites in the order of the configuration. */
  readonly sites: readonly string[];
  /** Bytes of resident memory at which the supervisor ends the process. */
  readonly memory: number;
  /** Gives a sign of life where there is no file. */
  readonly signal: () => void;
  readonly report: (losses: Losses) => void;
}

/**
 * Tells the world outside that this process lives, and whose scripts it is in. What is in the file outlives the
 * process, so it names the culprit also when V8 ends the process from inside an isolate. The site is written only
 * when it is another one than the file has, and each beat writes "none": a single busy site costs no system call
 * per entry, and what is named has run since the last beat.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #fd: number | undefined;
  readonly #fields = new Int32Array(RECORD_LENGTH / 4);
  readonly #bytes = new Uint8Array(this.#fields.buffer);
  #sequence = 0;
  #site = -1;
  #activity: Activity = "none";
  #writtenAt = 0;
  #beats = 0;
  readonly #memory: MemoryGrowth;
  readonly #losses = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#fd = options.fd;
    this.#memory = new MemoryGrowth(options.memory);
    this.#timer = setInterval(() => this.#beat(), BEAT).unref();
    this.#beat();
  }

  /** The part of one site. */
  of(name: string): SiteActivity {
    const site = this.#options.sites.indexOf(name);
    if (site === -1) return UNWATCHED;
    return {
      entering: () => this.#mark(site, "entry"),
      loading: () => this.#mark(site, "load"),
      lost: (since) => this.#lost(name, performance.now() - since),
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Many entries in one iteration of the loop hold up the beat, but each is a sign of life. */
  #mark(site: number, activity: Activity): number {
    const now = performance.now();
    this.#memory.entering(site);
    if (site !== this.#site || activity !== this.#activity || now - this.#writtenAt > BEAT) {
      this.#write(site, activity, now);
    }
    return now;
  }

  #beat(): void {
    this.#memory.check();
    this.#write(-1, "none", performance.now());
    if (this.#fd === undefined) this.#options.signal();
    if (++this.#beats % REPORT_EVERY !== 0 || this.#losses.size === 0) return;
    this.#options.report(Object.fromEntries(this.#losses));
    this.#losses.clear();
  }

  #write(site: number, activity: Activity, now: number): void {
    this.#site = site;
    this.#activity = activity;
    this.#writtenAt = now;
    if (this.#fd === undefined) return;
    // 0 means that there was no sign of life yet.
    this.#sequence = (this.#sequence + 1) & 0x7fffffff || 1;
    const { grower } = this.#memory;
    encodeRecord(this.#fields, { sequence: this.#sequence, site, activity, grower });
    try {
      writeSync(this.#fd, this.#bytes, 0, RECORD_LENGTH, 0);
    } catch {
      // A full or broken disk is no reason to be killed for silence.
      this.#fd = undefined;
    }
  }

  #lost(site: string, milliseconds: number): void {
    this.#losses.set(site, (this.#losses.get(site) ?? 0) + milliseconds);
  }
}
