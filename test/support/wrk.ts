import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { Child } from "./child.ts";
import { findProgram } from "./peer.ts";
import { until } from "./until.ts";

export interface WrkOptions {
  readonly connections: number;
  /** Seconds to run; whole ones only. Without it, until `stop`. */
  readonly seconds?: number;
  /** Number of the processor core to run on. */
  readonly core?: number;
  /** Host field to send. */
  readonly host?: string;
  /** Path of a Lua script for wrk. */
  readonly script?: string;
}

export interface WrkResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Latency in microseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers with a status other than 2xx and 3xx. */
  readonly badStatus: number;
  /** Connections that failed or broke, reads, writes and timeouts. */
  readonly socketErrors: number;
}

/** A running wrk with one thread. Killed at the end of its scope if it still runs. */
export class Wrk implements AsyncDisposable {
  readonly #child: Child;

  constructor(url: string, options: WrkOptions) {
    const command = [
      ...(options.core === undefined ? [] : [findProgram("taskset")!, "--cpu-list", String(options.core)]),
      findProgram("wrk")!,
      "--threads=1",
      `--connections=${options.connections}`,
      `--duration=${options.seconds ?? 600}s`,
      "--latency",
      ...(options.host === undefined ? [] : ["--header", `Host: ${options.host}`]),
      ...(options.script === undefined ? [] : ["--script", options.script]),
      url,
    ];
    this.#child = new Child(command[0]!, command.slice(1));
  }

  /** Waits until wrk makes requests, which on a busy machine takes a while, or has ended. */
  async started(): Promise<void> {
    await until("wrk has started", () => !this.#child.running || catchesInterrupt(this.#child.pid));
  }

  /** Ends the run before its time, unless it has ended, and returns what was measured so far. */
  async stop(): Promise<WrkResult> {
    // Before that the signal would just end it.
    await this.started();
    if (this.#child.running) this.#child.process.kill("SIGINT");
    return this.result();
  }

  /** Waits for the end of the run. */
  async result(): Promise<WrkResult> {
    const { code, stdout, stderr } = await this.#child.ended;
    if (code !== 0) throw new Error(`wrk ended with ${code}: ${stderr}${stdout}`);
    return parseWrk(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}

/** Whether a process has a handler for SIGINT: see `SigCgt` in proc_pid_status(5), a set with a bit for each signal. */
function catchesInterrupt(pid: number): boolean {
  try {
    const caught = /^SigCgt:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? "0";
    return (BigInt(`0x${caught}`) & (1n << BigInt(constants.signals.SIGINT - 1))) !== 0n;
  } catch {
    return false;
  }
}

/** Takes the figures out of what wrk 4.1 prints with `--latency`. Lines about errors appear only with errors. */
export function parseWrk(text: string): WrkResult {
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  return {
    requests: Number(required(text, /(\d+) requests in /)),
    requestsPerSecond: Number(required(text, /Requests\/sec:\s+([\d.]+)/)),
    p50: microseconds(required(text, /^\s+50%\s+(\S+) *$/m)),
    p99: microseconds(required(text, /^\s+99%\s+(\S+) *$/m)),
    badStatus: Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0),
    socketErrors: errors === null ? 0 : errors.slice(1).reduce((sum, count) => sum + Number(count), 0),
  };
}

function required(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`wrk printed nothing like ${pattern}:\n${text}`);
  return found;
}

function microseconds(text: string): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s|m)$/.exec(text) ?? [];
  const factor = { us: 1, ms: 1e3, s: 1e6, m: 60e6 }[unit ?? ""];
  if (factor === undefined) throw new Error(`wrk printed the latency ${text}`);
  return Number(value) * factor;
}
