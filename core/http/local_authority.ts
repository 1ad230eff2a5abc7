import { isIP } from "node:net";

/**
 * Whether a Host names an address, or `localhost`, which no DNS has a say in. A web page can make a browser ask a name of
 * its own that leads here (DNS rebinding); the Host is that name then.
 */
export function isLocalAuthority(host: string | undefined): boolean {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host ?? "");
  if (match === null) return false;
  const [, ipv6, name = ""] = match;
  if (ipv6 !== undefined) return isIP(ipv6) === 6;
  return isIP(name) === 4 || name.toLowerCase() === "localhost";
}
