import type { IncomingHttpHeaders } from "node:http";
import type { ListenAddress } from "../../config/config.ts";
import { isLocalAuthority } from "../../http/local_authority.ts";

/**
 * Why a request must not be answered, undefined when it may. Programs of operators may do all; a web page that makes the
 * browser of one of them ask, may not: by a name of its own that leads here (DNS rebinding), or across origins.
 */
export function refusalOf(headers: IncomingHttpHeaders, listen: ListenAddress): string | undefined {
  const { host, origin } = headers;
  const fetchSite = headers["sec-fetch-site"] ?? "none";
  if (origin !== undefined || (fetchSite !== "none" && fetchSite !== "same-origin"))
    return "requests of web pages are not answered";
  // No browser reaches a Unix socket, or leaves Host out, as health checks in HTTP/1.0 do.
  if (listen.kind === "unix" || host === undefined || isLocalAuthority(host)) return undefined;
  const name = host?.replace(/:\d{1,5}$/, "").toLowerCase();
  if (name === listen.host) return undefined;
  return "Host must be an address, localhost, or the host name of admin.listen";
}

/** Whether only this machine can reach the address. */
export function isLoopback(address: ListenAddress): boolean {
  if (address.kind === "unix") return true;
  return address.host === "localhost" || address.host === "::1" || address.host.startsWith("127.");
}
