import type { Config } from "../config/config.ts";
import type { Logger } from "../observe/logger.ts";
import { MORE_FILES, openFilesLimit } from "../observe/open_files.ts";

/** Descriptors a worker has besides connections: Node's own, listeners, files that are being sent. */
const OWN = 128;

/** Warns when a worker may not open as many files as the configuration's limits on connections ask for. */
export function warnOfFewFiles(config: Config, logger: Logger, limit = openFilesLimit()): void {
  let backends = 0;
  for (const { connections } of Object.values(config.backends)) backends += connections;
  const needed = config.http.connections + backends + OWN;
  if (limit === undefined || limit >= needed) return;
  logger.warn(
    { limit, needed, connections: config.http.connections, backends },
    `the limit of open files is ${limit}, which is less than http.connections and the connections of backends need ` +
      `(${needed}); ${MORE_FILES}, or lower http.connections`,
  );
}
