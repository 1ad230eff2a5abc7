import type { SiteConfig } from "../../config/config.ts";
import type { Observation } from "../metrics/observation.ts";
import type { LoadFailure } from "../metrics/site_records.ts";
import type { SnapshotSum } from "../metrics/snapshot_sum.ts";

/** What the admin tells of a site. */
export interface SiteStatus {
  readonly site: string;
  readonly hosts: readonly string[];
  /** Undefined for a site without scripts. */
  readonly scripts: ScriptsStatus | undefined;
}

interface ScriptsStatus {
  readonly files: readonly string[];
  /** Number of the version that serves, null when none does. */
  readonly version: number | null;
  /** As ISO 8601. */
  readonly liveSince: string | null;
  /** Why the newest version does not serve, and where in the source. */
  readonly lastError: { readonly at?: string; readonly message: string } | null;
  readonly quarantine: { readonly since: string; readonly reason: string } | null;
  /** Since the supervisor's start. */
  readonly errors: number;
  readonly limitsHit: { readonly cpu: number; readonly memory: number; readonly deadline: number };
}

export function siteStatus(
  sites: readonly SiteConfig[],
  { sites: records, measuring }: Observation,
  sum: SnapshotSum,
): SiteStatus[] {
  const { faults } = measuring;
  const statusOf = ({ name, scripts }: SiteConfig): ScriptsStatus | undefined => {
    if (scripts.length === 0) return undefined;
    const { version, liveSince, failure, quarantine } = records.of(name);
    const limit = (which: string) => sum.value("lodestone_script_limit_hits_total", name, which);
    return {
      files: scripts,
      version: version ?? null,
      liveSince: liveSince === undefined ? null : iso(liveSince),
      lastError: errorOf(failure, faults.get(name)),
      quarantine:
        quarantine === undefined ? null : { since: iso(quarantine.since), reason: quarantine.reason },
      errors: sum.value("lodestone_script_errors_total", name),
      limitsHit: { cpu: limit("cpu"), memory: limit("memory"), deadline: limit("deadline") },
    };
  };
  return sites.map((site) => ({ site: site.name, hosts: site.hosts, scripts: statusOf(site) }));
}

/** `fault`: what a worker says that cannot load the scripts. */
function errorOf(failure: LoadFailure | undefined, fault: string | undefined): ScriptsStatus["lastError"] {
  if (failure !== undefined) return { at: iso(failure.at), message: failure.message };
  return fault === undefined ? null : { message: fault };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
