import type { Protocol } from "../http/incoming.ts";
import type { LogDestination } from "./log_destination.ts";

/** What the access log tells of one exchange. */
export interface AccessEntry {
  readonly id: string;
  /** Name of the site, "" when none was found. */
  readonly site: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** Unless it could not be read. */
  readonly protocol?: Protocol;
  readonly status: number;
  /** Bytes of the body that were sent. */
  readonly bytes: number;
  /** From the request's head to the end of the response. */
  readonly milliseconds: number;
  /** Who made the response. */
  readonly by: "script" | "file" | "backend" | "proxy" | "cache";
  readonly client: string;
  /** Stable name of what went wrong, such as `backend_refused`. */
  readonly code?: string;
  /** Why it did not go well, for the operator. */
  readonly error?: string;
}

/** Characters of one field that are logged; so a line stays within what a pipe takes in one piece. */
const LONGEST_FIELD = 2048;
/** Characters that stand for themselves in a JSON string, and are ASCII. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * One JSON line per exchange, in the shape of pino's. Made by hand: 1 microsecond a line, where pino takes 4.
 * Lines are ASCII whatever a client sent.
 */
export class AccessLog {
  readonly #destination: LogDestination | undefined;
  readonly #pid = process.pid;

  /** Without a destination nothing is written: the access log is switched off. */
  constructor(destination: LogDestination | undefined) {
    this.#destination = destination;
  }

  get enabled(): boolean {
    return this.#destination !== undefined;
  }

  write(entry: AccessEntry): void {
    if (this.#destination === undefined) return;
    const protocol = entry.protocol === undefined ? "" : `,"protocol":"${entry.protocol}"`;
    let error = entry.code === undefined ? "" : `,"code":${quote(entry.code)}`;
    if (entry.error !== undefined) error += `,"error":${quote(entry.error)}`;
    this.#destination.write(
      `{"level":30,"time":${Date.now()},"pid":${this.#pid},"id":${quote(entry.id)},"site":${quote(entry.site)}` +
        `,"method":${quote(entry.method)},"host":${quote(entry.host)},"path":${quote(entry.path)}${protocol}` +
        `,"status":${entry.status},"bytes":${entry.bytes},"milliseconds":${tenths(entry.milliseconds)}` +
        `,"by":"${entry.by}","client":${quote(entry.client)}${error},"msg":"request"}\n`,
    );
  }
}

function quote(text: string): string {
  if (text.length <= LONGEST_FIELD && PLAIN.test(text)) return `"${text}"`;
  const kept = text.length > LONGEST_FIELD ? `${text.slice(0, LONGEST_FIELD)}…` : text;
  return JSON.stringify(kept).replace(/[^ -~]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Rounded to what tells something; a long fraction also costs more to print than the rest of the line. */
function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
