import { readdirSync, readFileSync } from "node:fs";

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** Command line, arguments separated by spaces. */
  readonly command: string;
  /** Microseconds of CPU, user and system, of the process and of the children it has waited for. */
  readonly cpu: number;
  /** Bytes of resident memory. */
  readonly resident: number;
}

/** Linux reports times in these ticks on every architecture (USER_HZ), each 10 ms. */
const MICROSECONDS_PER_TICK = 10_000;

/** The process and all its descendants, the process itself first. Empty when it has ended. */
export function processTree(root: number): ProcessInfo[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = readStat(pid)?.parent;
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  const found: ProcessInfo[] = [];
  const waiting = [root];
  for (let pid = waiting.shift(); pid !== undefined; pid = waiting.shift()) {
    const info = readProcess(pid);
    if (info === undefined) continue;
    found.push(info);
    waiting.push(...(children.get(pid) ?? []));
  }
  return found;
}

/** Microseconds of CPU the tree has used since it began. Counts children that have come and gone. */
export function treeCpu(root: number): number {
  return processTree(root).reduce((sum, info) => sum + info.cpu, 0);
}

/** Bytes of resident memory of the tree; pages that processes share count for each. */
export function treeResident(root: number): number {
  return processTree(root).reduce((sum, info) => sum + info.resident, 0);
}

function readProcess(pid: number): ProcessInfo | undefined {
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").join(" ").trimEnd();
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? "0";
    return { pid, command, resident: Number(kilobytes) * 1024, ...stat };
  } catch {
    return undefined;
  }
}

/** Fields of proc_pid_stat(5), counted from 3: the name in field 2 is in parentheses and may hold anything. */
function readStat(pid: number): { parent: number; cpu: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  if (fields[0] === "Z") return undefined;
  const [utime, stime, cutime, cstime] = [field(14), field(15), field(16), field(17)];
  return {
    parent: field(4),
    cpu: (utime + stime + cutime + cstime) * MICROSECONDS_PER_TICK,
  };
}
