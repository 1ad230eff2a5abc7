import { isIPv6 } from "node:net";

const NAME = /^[A-Za-z0-9\-._~]{1,255}(?::[0-9]{1,5})?$/;
const LITERAL = /^\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?$/;

/**
 * The host of an authority, in lower case without its port, or undefined when the authority isn't one.
 *
 * Narrower than RFC 3986 section 3.2: no userinfo, no percent-encoding, none of the sub-delimiters, an IP
 * literal is an IPv6 address, and a colon has a port behind it. Nobody needs the rest except to confuse.
 */
export function parseAuthority(authority: string): string | undefined {
  const isName = NAME.test(authority);
  if (!isName && !LITERAL.test(authority)) return undefined;
  const end = isName ? authority.indexOf(":") : authority.indexOf("]") + 1;
  const hasPort = end >= 0 && end < authority.length;
  if (hasPort && Number(authority.slice(end + 1)) > 65535) return undefined;
  const host = hasPort ? authority.slice(0, end) : authority;
  if (!isName && !isIPv6(host.slice(1, -1))) return undefined;
  return host.toLowerCase();
}
