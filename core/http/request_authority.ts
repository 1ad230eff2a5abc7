import { isIPv6 } from "node:net";

const NAME = /^[A-Za-z0-9\-._~]{1,255}(?::([0-9]{1,5}))?$/;
const LITERAL = /^\[([0-9A-Fa-f:.]{2,45})\](?::([0-9]{1,5}))?$/;

/**
 * The host of an authority, in lower case without its port, or undefined when the authority isn't one.
 *
 * Narrower than RFC 3986 section 3.2: no userinfo, no percent-encoding, none of the sub-delimiters, an IP
 * literal is an IPv6 address, and a colon has a port behind it. Nobody needs the rest except to confuse.
 */
export function parseAuthority(authority: string): string | undefined {
  const name = NAME.exec(authority);
  if (name !== null) {
    const port = name[1];
    if (port === undefined) return authority.toLowerCase();
    return Number(port) > 65535 ? undefined : authority.slice(0, -port.length - 1).toLowerCase();
  }
  const literal = LITERAL.exec(authority);
  if (literal === null || !isIPv6(literal[1]!)) return undefined;
  if (literal[2] !== undefined && Number(literal[2]) > 65535) return undefined;
  return `[${literal[1]!.toLowerCase()}]`;
}
