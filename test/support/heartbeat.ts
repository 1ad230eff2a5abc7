import { closeSync, openSync, readdirSync, readlinkSync, readSync } from "node:fs";
import {
  decodeRecord,
  type HeartbeatRecord,
  RECORD_LENGTH,
} from "../../core/script/limits/heartbeat_record.ts";

/** The last sign of life of a worker, read from the file without a name that it writes it to. */
export function heartbeatOf(pid: number): HeartbeatRecord {
  const folder = `/proc/${pid}/fd`;
  const name = readdirSync(folder).find((each) =>
    /\/lodestone-[\da-f-]{36} /.test(targetOf(`${folder}/${each}`)),
  );
  if (name === undefined) throw new Error(`the process ${pid} has no heartbeat file`);
  const fields = new Int32Array(RECORD_LENGTH / 4);
  const fd = openSync(`${folder}/${name}`, "r");
  try {
    readSync(fd, fields, 0, RECORD_LENGTH, 0);
  } finally {
    closeSync(fd);
  }
  return decodeRecord(fields);
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    // Closed meanwhile.
    return "";
  }
}
