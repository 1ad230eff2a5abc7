import { CHUNKED } from "./body_framing.ts";
import type { ParsedRequest } from "./parse_request_head.ts";

/** RFC 9110 section 7.8: a name and maybe a version, both tokens. */
const PROTOCOL = /^[!#$%&'*+\-.^_`|~0-9a-z]+(?:\/[!#$%&'*+\-.^_`|~0-9a-z]+)?$/i;
/** Bytes of an offer; protocols are few and their names short. */
const LONGEST_OFFER = 256;
const UPGRADE_OPTION = /(?:^|,)[ \t]*upgrade[ \t]*(?:,|$)/i;

/**
 * Protocols that lead to HTTP again: HTTP/2 (RFC 7540 section 3.2, given up by RFC 9113) and TLS (RFC 2817). What a
 * client asked for in them would pass by the scripts and every rule of this proxy.
 */
const HTTP_AGAIN = new Set(["h2c", "h2", "h3", "http", "tls"]);

/** The protocols that a request offers to switch to, see `Incoming.upgrade`. */
export function offeredProtocols({ head, framing, connection }: ParsedRequest): string | undefined {
  if (connection === undefined || head.method !== "GET" || head.minorVersion === 0) return undefined;
  if (framing > 0 || framing === CHUNKED || !asksForUpgrade(connection)) return undefined;
  const fields = head.headers.getAll("upgrade");
  return fields.length === 1 ? passableProtocols(fields[0]!) : undefined;
}

/** Whether a Connection field has the option `upgrade`. */
export function asksForUpgrade(connection: string | undefined): boolean {
  return connection !== undefined && UPGRADE_OPTION.test(connection);
}

/** What of an Upgrade field may go on to a backend; undefined when nothing may, or when it is no such field. */
export function passableProtocols(field: string): string | undefined {
  if (field.length > LONGEST_OFFER) return undefined;
  const protocols = field.split(",").map((protocol) => protocol.trim());
  if (!protocols.every((protocol) => PROTOCOL.test(protocol))) return undefined;
  const passable = protocols.filter((protocol) => !HTTP_AGAIN.has(nameOf(protocol)));
  return passable.length === 0 ? undefined : passable.join(", ");
}

/** Whether each protocol of `field` is among those of `offer`. */
export function areOffered(field: string, offer: string): boolean {
  const offered = new Set(offer.split(",").map((protocol) => protocol.trim().toLowerCase()));
  return field.split(",").every((protocol) => offered.has(protocol.trim().toLowerCase()));
}

function nameOf(protocol: string): string {
  return protocol.toLowerCase().split("/", 1)[0]!;
}
