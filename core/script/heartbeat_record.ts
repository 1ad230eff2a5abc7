/** What the process does with a site's scripts. */
export type Activity = "none" | "entry" | "load";

const ACTIVITIES: readonly Activity[] = ["none", "entry", "load"];

/** The last sign of life of a worker. */
export interface HeartbeatRecord {
  /** Differs from one sign of life to the next; 0 before the first. */
  readonly sequence: number;
  /** Index of the site in `Config.sites`, -1 for none. */
  readonly site: number;
  readonly activity: Activity;
}

/** Bytes of a record: sequence, site + 1 and activity, each a 32-bit integer in the machine's order. */
export const RECORD_LENGTH = 12;

/** Writes into `fields`, 32-bit integers over the bytes of a record. */
export function encodeRecord(fields: Int32Array, sequence: number, site: number, activity: Activity): void {
  fields[0] = sequence;
  fields[1] = site + 1;
  fields[2] = ACTIVITIES.indexOf(activity);
}

export function decodeRecord(fields: Int32Array): HeartbeatRecord {
  return { sequence: fields[0]!, site: fields[1]! - 1, activity: ACTIVITIES[fields[2]!] ?? "none" };
}
