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
  /** Index of the site that makes the process grow beyond reason, -1 for none. */
  readonly grower: number;
}

/** Bytes of a record: sequence, site + 1, activity and grower + 1, each a 32-bit integer in the machine's order. */
export const RECORD_LENGTH = 16;

/** Writes into `fields`, 32-bit integers over the bytes of a record. */
export function encodeRecord(fields: Int32Array, record: HeartbeatRecord): void {
  fields[0] = record.sequence;
  fields[1] = record.site + 1;
  fields[2] = ACTIVITIES.indexOf(record.activity);
  fields[3] = record.grower + 1;
}

export function decodeRecord(fields: Int32Array): HeartbeatRecord {
  const activity = ACTIVITIES[fields[2]!] ?? "none";
  return { sequence: fields[0]!, site: fields[1]! - 1, activity, grower: fields[3]! - 1 };
}
