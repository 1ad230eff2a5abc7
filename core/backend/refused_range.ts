import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * Why an address is no public one: the name of its range in the registries for special purposes (RFC 6890), such
 * as `loopback`, `private`, `linkLocal` (where clouds keep their metadata) or `reserved`. Undefined for a public
 * unicast address. An IPv6 address that stands for an IPv4 one, IPv4-mapped or NAT64, is judged by that one; what
 * is no address is refused as `invalid`.
 */
export function refusedRange(address: string): string | undefined {
  if (isIPv4(address)) return refusedIPv4(ipaddr.IPv4.parse(address));
  // ipaddr.js takes `::1.2.3.4` for `::ffff:1.2.3.4`, unlike everybody else, so it gets the form without dots.
  const canonical = isIPv6(address) ? URL.parse(`http://[${address}]`) : null;
  return canonical === null ? "invalid" : refusedIPv6(ipaddr.IPv6.parse(canonical.hostname.slice(1, -1)));
}

function refusedIPv4(address: ipaddr.IPv4): string | undefined {
  const range = address.range();
  return range === "unicast" ? undefined : range;
}

function refusedIPv6(address: ipaddr.IPv6): string | undefined {
  const range = address.range();
  const { parts } = address;
  // The well-known prefix alone (RFC 6052 section 2.1): the one for local use reaches private networks (RFC 8215).
  const embeds = range === "ipv4Mapped" || (range === "rfc6052" && parts[2] === 0);
  if (embeds) return refusedIPv4(lastIPv4(parts));
  if (range !== "unicast") return range;
  // Nothing else has been given out for global unicast; here are the IPv4-compatible addresses, too (RFC 4291).
  return (parts[0]! & 0xe000) === 0x2000 ? undefined : "unassigned";
}

/** The last 32 bits. */
function lastIPv4(parts: readonly number[]): ipaddr.IPv4 {
  const [high, low] = [parts[6]!, parts[7]!];
  return new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
}
