import { readFileSync } from "node:fs";

/** Whether a process exists and has not ended; one that ended but was not waited for has. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat[stat.lastIndexOf(")") + 2] !== "Z";
  } catch {
    return false;
  }
}
