import { readFileSync } from "node:fs";

/** What Linux tells of a process, or of the main thread of it. */
export interface ProcessReading {
  /** Bytes of resident memory. */
  readonly memory: number;
  /** Milliseconds the main thread has waited for a processor, undefined when the kernel does not count. */
  readonly waited: number | undefined;
  /** Whether the main thread wants a processor, and the milliseconds it has had one. */
  readonly runnable: boolean;
  readonly ran: number | undefined;
}

/** Undefined where there is no `/proc`, and for a process that has ended. */
export function readProcess(pid: number): ProcessReading | undefined {
  const status = read(`/proc/${pid}/status`);
  const resident = /^VmRSS:\s*([0-9]+) kB$/m.exec(status ?? "")?.[1];
  if (status === undefined || resident === undefined) return undefined;
  const [ran, waited] = read(`/proc/${pid}/schedstat`)?.split(" ") ?? [];
  return {
    memory: Number(resident) * 1024,
    runnable: /^State:\s*R/m.test(status),
    ran: milliseconds(ran),
    waited: milliseconds(waited),
  };
}

function milliseconds(nanoseconds: string | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
