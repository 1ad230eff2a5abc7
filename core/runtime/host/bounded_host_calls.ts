import { TEXT_LIMIT } from "../language/bounded_text.ts";
import type { HostCalls } from "./host_calls.ts";

/** PATH_MAX of Linux. */
const LONGEST_PATH = 4096;

/**
 * The host's functions from a list in which each stands behind its name. What is too long for the host is not even
 * carried there: neither the CPU limit nor the memory limit counts it.
 */
export function boundedHostCalls(calls: readonly unknown[]): HostCalls {
  const table: Record<string, unknown> = {};
  for (let i = 0; i + 1 < calls.length; i += 2) table[calls[i] as string] = calls[i + 1];
  const host = table as unknown as HostCalls;
  return {
    ...host,
    stat: (path) => (path.length > LONGEST_PATH ? undefined : host.stat(path)),
    parseUrl: (url, base) =>
      url.length > TEXT_LIMIT || (base !== undefined && base.length > TEXT_LIMIT)
        ? undefined
        : host.parseUrl(url, base),
    setUrlPart: (href, part, value) =>
      value.length > TEXT_LIMIT ? href : host.setUrlPart(href, part, value),
  };
}
