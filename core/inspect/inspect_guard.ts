import { isIP } from "node:net";

/** Origins of the debuggers themselves. Programs that are no browser send none. */
const ORIGINS: ReadonlySet<string> = new Set(["devtools://devtools", "chrome-devtools://devtools"]);

/**
 * Whether a request may reach the inspector. A web page must not, which can open connections to this machine: the
 * Host it sends is the name of its own site even if DNS leads here (DNS rebinding), and a WebSocket says its Origin.
 */
export function isTrusted(host: string | undefined, origin: string | undefined): boolean {
  return isLocalHost(host) && (origin === undefined || ORIGINS.has(origin));
}

/** An address, or `localhost`, which no DNS has a say in. */
function isLocalHost(host: string | undefined): boolean {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host ?? "");
  if (match === null) return false;
  const [, ipv6, name = ""] = match;
  if (ipv6 !== undefined) return isIP(ipv6) === 6;
  return isIP(name) === 4 || name.toLowerCase() === "localhost";
}
