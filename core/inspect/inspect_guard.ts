import { isLocalAuthority } from "../http/local_authority.ts";

/** Origins of the debuggers themselves. Programs that are no browser send none. */
const ORIGINS: ReadonlySet<string> = new Set(["devtools://devtools", "chrome-devtools://devtools"]);

/**
 * Whether a request may reach the inspector. A web page must not, which can open connections to this machine: the
 * Host it sends is the name of its own site even if DNS leads here (DNS rebinding), and a WebSocket says its Origin.
 */
export function isTrusted(host: string | undefined, origin: string | undefined): boolean {
  return isLocalAuthority(host) && (origin === undefined || ORIGINS.has(origin));
}
