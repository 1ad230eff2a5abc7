import { type Logger, pino } from "pino";
import type { LogConfig } from "../config/config.ts";
import { LogDestination } from "./log_destination.ts";

export type { Logger } from "pino";

/**
 * The log of one process: pino's JSON lines, levels as numbers (10 trace to 60 fatal), `time` in milliseconds
 * since 1970. Pass the process's one destination; without one the logger makes its own over standard output.
 */
export function createLogger(
  config: LogConfig,
  bindings: Readonly<Record<string, unknown>> = {},
  destination: LogDestination = new LogDestination(),
): Logger {
  return pino({ level: config.level, base: { pid: process.pid, ...bindings } }, destination);
}
