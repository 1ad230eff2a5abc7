import type { ListenAddress } from "../config/config.ts";
import { formatListenAddress } from "../config/listen_address.ts";
import type { Generation } from "./generation.ts";

/** Sites whose names are in the line. */
const SITES_NAMED = 100;

/** Where a generation really listens. */
export function addressesOf(generation: Generation): ListenAddress[] {
  return generation.sockets.map(({ address }) => address);
}

/** Logs what serves from now on, and how long it took since `startedAt`. */
export function announce(generation: Generation, message: "serving" | "reloaded", startedAt: number): void {
  const { config, logger } = generation;
  logger.info(
    {
      listen: addressesOf(generation).map(formatListenAddress),
      sites: config.sites.slice(0, SITES_NAMED).map(({ name }) => name),
      moreSites: Math.max(0, config.sites.length - SITES_NAMED) || undefined,
      workers: config.workers,
      milliseconds: Math.round(performance.now() - startedAt),
    },
    message,
  );
}
