import { isIPv6 } from "node:net";
import type { ListenAddress } from "../config/config.ts";

/** The address as the configuration writes it: `127.0.0.1:8080`, `[::1]:8080`, `unix:/path`. */
export function addressText(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `${isIPv6(address.host) ? `[${address.host}]` : address.host}:${address.port}`;
}

/** What the banner says: a URL without a slash at the end, or `unix:/path`. */
export function addressUrl(address: ListenAddress): string {
  return address.kind === "unix" ? addressText(address) : `http://${addressText(address)}`;
}

/** A URL that reaches the address from this machine, undefined for a Unix socket. */
export function localUrl(address: ListenAddress): string | undefined {
  if (address.kind === "unix") return undefined;
  const host =
    address.host === "0.0.0.0" || address.host === "::" || address.host === "*" ? "localhost" : address.host;
  return `${addressUrl({ ...address, host })}/`;
}
