import type { LogConfig } from "../../core/config/config.ts";
import type { LogDestination } from "../../core/observe/log_destination.ts";
import { createLogger, type Logger } from "../../core/observe/logger.ts";

/** A logger whose lines stay at hand: parsed, without the time and the process. */
export function keptLog<Line = Record<string, unknown>>(
  level: LogConfig["level"],
): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const destination: Pick<LogDestination, "write"> = {
    write(line) {
      const { time: _time, pid: _pid, ...rest } = JSON.parse(line);
      lines.push(rest);
    },
  };
  return { logger: createLogger({ level, access: false }, {}, destination as LogDestination), lines };
}
