/** What became of the newest version of a site's scripts. */
export interface LoadFailure {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What is wrong and where in the source; may have several lines. */
  readonly message: string;
}

export interface QuarantineRecord {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly reason: string;
  /** Who lifts it: that of the configuration in which it began. */
  readonly owner: object;
}

/** What the supervisor knows of a site's scripts. */
export interface SiteRecord {
  /** Number of the version that serves, undefined when none does. */
  version: number | undefined;
  /** Milliseconds since 1970. */
  liveSince: number | undefined;
  /** Why the newest version does not serve; undefined when it does. */
  failure: LoadFailure | undefined;
  /** Why the scripts must not run, undefined when they may. */
  quarantine: QuarantineRecord | undefined;
  loaded: number;
  failed: number;
  quarantines: number;
}

/** Records of sites, by name. Those of a configuration that is no more are forgotten. */
export class SiteRecords {
  readonly #records = new Map<string, SiteRecord>();
  readonly #now: () => number;

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  of(site: string): SiteRecord {
    let record = this.#records.get(site);
    if (record === undefined) {
      record = {
        version: undefined,
        liveSince: undefined,
        failure: undefined,
        quarantine: undefined,
        loaded: 0,
        failed: 0,
        quarantines: 0,
      };
      this.#records.set(site, record);
    }
    return record;
  }

  /** A version serves from now on. The first one of a configuration may be the one that has served before. */
  loaded(site: string, version: number): void {
    const record = this.of(site);
    record.failure = undefined;
    if (record.version === version) return;
    record.version = version;
    record.liveSince = this.#now();
    record.loaded++;
  }

  /** A version does not compile, or cannot be loaded. */
  failed(site: string, message: string): void {
    const record = this.of(site);
    record.failure = { at: this.#now(), message };
    record.failed++;
  }

  quarantined(site: string, reason: string, owner: object): void {
    const record = this.of(site);
    record.quarantine = { since: this.#now(), reason, owner };
    record.quarantines++;
  }

  lifted(site: string, owner: object): void {
    const record = this.of(site);
    if (record.quarantine?.owner === owner) record.quarantine = undefined;
  }

  /** A configuration with these sites serves from now on, and none of them is in quarantine. */
  configured(sites: ReadonlySet<string>, versions: ReadonlyMap<string, number>): void {
    for (const [site, record] of this.#records) {
      if (sites.has(site)) record.quarantine = undefined;
      else this.#records.delete(site);
    }
    for (const [site, version] of versions) if (sites.has(site) && version > 0) this.loaded(site, version);
  }

  get all(): ReadonlyMap<string, Readonly<SiteRecord>> {
    return this.#records;
  }
}
