import type { QuarantineConfig } from "../config/config.ts";
import type { Logger } from "../observe/logger.ts";
import type { Losses } from "../script/limits/heartbeat.ts";
import { LossWindow } from "./loss_window.ts";
import type { LiftMessage, QuarantinedSite, QuarantineMessage } from "./messages.ts";
import type { SiteRecords } from "./metrics/site_records.ts";

export interface QuarantineOptions {
  readonly config: QuarantineConfig;
  readonly logger: Logger;
  /** Tells every worker. */
  readonly tell: (message: QuarantineMessage | LiftMessage) => void;
  /** Keeps the reasons. */
  readonly records?: SiteRecords | undefined;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** What is held against a site. */
interface SiteRecord {
  /** When workers have ended on its account. */
  deaths: number[];
  /** Quarantines since its slate was clean. */
  times: number;
  /** When the quarantine ends, or has ended. */
  until: number;
  active: boolean;
}

/**
 * The sites whose scripts must not run for a while, because they have ended workers or used up their time. Counted
 * here, in the supervisor: it survives what they do.
 */
export class Quarantine {
  readonly #config: QuarantineConfig;
  readonly #logger: Logger;
  readonly #tell: QuarantineOptions["tell"];
  #records: SiteRecords | undefined;
  readonly #now: () => number;
  readonly #sites = new Map<string, SiteRecord>();
  readonly #losses: LossWindow;

  constructor({ config, logger, tell, records, now = () => performance.now() }: QuarantineOptions) {
    this.#config = config;
    this.#logger = logger;
    this.#tell = tell;
    this.#records = records;
    this.#now = now;
    this.#losses = new LossWindow(now);
  }

  /** Those in quarantine. */
  get sites(): QuarantinedSite[] {
    const now = this.#now();
    return [...this.#sites]
      .filter(([, { active }]) => active)
      .map(([site, { until }]) => ({ site, milliseconds: Math.max(0, until - now) }));
  }

  /** A worker has ended on account of the site. */
  workerEnded(site: string, reason: string): void {
    const { deaths, window } = this.#config;
    const now = this.#now();
    const record = this.#recordOf(site);
    record.deaths = [...record.deaths.filter((time) => now - time < window), now].slice(-deaths);
    // One more try means one.
    const needed = record.times > 0 ? 1 : deaths;
    const count = record.deaths.length;
    if (count >= needed) this.#begin(site, record, `${count} of its workers ended, the last one: ${reason}`);
  }

  /** What the sites' scripts have taken of a worker's time by reaching their limits. */
  lost(worker: object, losses: Losses): void {
    for (const [site, milliseconds] of Object.entries(losses)) {
      const share = this.#losses.add(worker, site, milliseconds);
      if (share * 100 < this.#config.share) continue;
      const percent = Math.round(share * 100);
      const reason = `its scripts used up ${percent}% of a worker's time by reaching their limits or failing to load`;
      this.#begin(site, this.#recordOf(site), reason);
    }
  }

  /** A new version of the site's scripts is on its way to the workers. */
  renewed(site: string): void {
    this.#losses.forget(site);
    const record = this.#sites.get(site);
    this.#sites.delete(site);
    if (record?.active) this.#lift(site, "a new version of its scripts");
  }

  /** Lifts what has lasted long enough. To be called every now and then. */
  check(): void {
    const now = this.#now();
    for (const [site, record] of this.#sites) {
      if (record.active && now >= record.until) {
        record.active = false;
        this.#lift(site, "its time has passed");
      } else if (!record.active && this.#isForgiven(record, now)) {
        this.#sites.delete(site);
      }
    }
  }

  /** Another configuration serves: what happens to this one's sites is no longer what is known of them. */
  detach(): void {
    this.#records = undefined;
  }

  #isForgiven({ deaths, times, until }: SiteRecord, now: number): boolean {
    const { window, longest } = this.#config;
    return now - (deaths.at(-1) ?? until) >= window && (times === 0 || now - until >= longest);
  }

  #begin(site: string, record: SiteRecord, reason: string): void {
    const { time, longest } = this.#config;
    if (record.active || time === 0) return;
    const milliseconds = Math.min(time * 2 ** record.times, Math.max(time, longest));
    record.active = true;
    record.times++;
    record.until = this.#now() + milliseconds;
    record.deaths = [];
    this.#losses.forget(site);
    this.#logger.error({ site, reason, seconds: Math.ceil(milliseconds / 1000) }, "site quarantined");
    this.#records?.quarantined(site, reason, this);
    this.#tell({ type: "quarantine", site, milliseconds });
  }

  #lift(site: string, reason: string): void {
    this.#logger.warn({ site, reason }, "quarantine lifted");
    this.#records?.lifted(site, this);
    this.#tell({ type: "lift", site });
  }

  #recordOf(site: string): SiteRecord {
    let record = this.#sites.get(site);
    if (record === undefined) {
      record = { deaths: [], times: 0, until: this.#now(), active: false };
      this.#sites.set(site, record);
    }
    return record;
  }
}
