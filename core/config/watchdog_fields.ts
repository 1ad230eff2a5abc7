import { totalmem } from "node:os";
import type { QuarantineConfig, WatchdogConfig } from "./config.ts";
import type { Section } from "./field.ts";

const HOUR = 3_600_000;
const MEGABYTE = 1024 ** 2;
/** Part of the memory that all workers together may use by default. */
const SHARE_OF_MEMORY = 0.75;
/** Bytes that a worker may use by default on the smallest machine: several times what one with a few sites needs. */
const LEAST_MEMORY = 512 * MEGABYTE;

/** As it is written: the default of `memory` depends on other keys. */
export interface WrittenWatchdog extends Omit<WatchdogConfig, "memory"> {
  readonly memory: number | undefined;
}

export const watchdogSection: Section<WrittenWatchdog> = {
  title: "watchdog",
  doc:
    "When the supervisor kills a worker and starts another. It is the second line behind the `limits` of a site, for " +
    "what V8 does not stop. The site whose scripts were running is blamed (`quarantine`).",
  fields: {
    heartbeat: {
      doc:
        "Time without a sign of life. What scripts may lawfully take (`limits.cpu`, loading) comes on top, and time in " +
        "which the machine did not let the worker run does not count.",
      type: { kind: "duration", minimum: 1000, maximum: HOUR },
      default: "2s",
    },
    memory: {
      doc:
        "Resident memory of a worker. Without it three quarters of the memory of the machine (or of the container), " +
        "divided by the number of workers, but never less than 512mb. Needs `/proc`, so Linux.",
      type: { kind: "size", unit: "bytes", minimum: 128 * MEGABYTE, maximum: 1024 ** 4 },
    },
  },
};

export const quarantineSection: Section<QuarantineConfig> = {
  title: "quarantine",
  doc:
    "When a site's scripts are kept from running because they harm the other sites: its requests get 503 with " +
    "`Retry-After`. A new version of a script or a reload (SIGHUP) lifts it at once.",
  fields: {
    deaths: {
      doc: "Workers that ended on account of the site within `window`.",
      type: { kind: "integer", minimum: 1, maximum: 1000 },
      default: 2,
    },
    window: {
      doc: "Time after which the end of a worker is forgiven.",
      type: { kind: "duration", minimum: 1000, maximum: 24 * HOUR },
      default: "1m",
    },
    share: {
      doc:
        "Percent of one worker's time over ten seconds that is lost to the site's scripts reaching `limits.cpu` or " +
        "`limits.memory`, or failing to load.",
      type: { kind: "integer", minimum: 1, maximum: 100 },
      default: 50,
    },
    time: {
      doc:
        "How long the first one lasts; each further one lasts twice as long. After that time the scripts have one " +
        "more try: the next worker that ends on their account brings the next one. 0 never quarantines.",
      type: { kind: "duration", minimum: 0, maximum: 24 * HOUR },
      default: "30s",
    },
    longest: {
      doc: "How long one lasts at most. A site that behaves for this long has a clean slate.",
      type: { kind: "duration", minimum: 0, maximum: 24 * HOUR },
      default: "30m",
    },
  },
};

/** The default of `watchdog.memory`, in bytes. */
export function defaultWorkerMemory(workers: number): number {
  // 0, or a number beyond any machine, when there is no limit.
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(totalmem(), limit) : totalmem();
  return Math.max(LEAST_MEMORY, Math.floor((memory * SHARE_OF_MEMORY) / workers));
}
