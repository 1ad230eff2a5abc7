import type { Config, ListenAddress } from "../config/config.ts";
import { formatListenAddress } from "../config/listen_address.ts";
import type { Logger } from "../observe/logger.ts";

/** Sites whose names are in the line. */
const SITES_NAMED = 100;

/** Logs what serves from now on, and how many milliseconds it took. */
export function announce(
  logger: Logger,
  message: "serving" | "reloaded",
  config: Config,
  addresses: readonly ListenAddress[],
  milliseconds: number,
): void {
  logger.info(
    {
      listen: addresses.map(formatListenAddress),
      sites: config.sites.slice(0, SITES_NAMED).map(({ name }) => name),
      moreSites: Math.max(0, config.sites.length - SITES_NAMED) || undefined,
      workers: config.workers,
      milliseconds: Math.round(milliseconds),
    },
    message,
  );
}
