import type { ListenAddress } from "../config/config.ts";
import { formatListenAddress } from "../config/listen_address.ts";

/** What the banner says: a URL without a slash at the end, or `unix:/path`. */
export function addressUrl(address: ListenAddress, tls: boolean): string {
  const text = formatListenAddress(address);
  return address.kind === "unix" ? text : `${tls ? "https" : "http"}://${text}`;
}

/** A URL that reaches the address from this machine, undefined for a Unix socket. */
export function localUrl(address: ListenAddress, tls: boolean): string | undefined {
  if (address.kind === "unix") return undefined;
  const isEvery = address.host === "0.0.0.0" || address.host === "::" || address.host === "*";
  return `${addressUrl(isEvery ? { ...address, host: "localhost" } : address, tls)}/`;
}
