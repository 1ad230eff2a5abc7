import { canonicalAddress } from "../../http/address_ranges.ts";
import { fieldValue } from "../../http/head_grammar.ts";
import type { ConnectionEnd } from "../../http/incoming.ts";

/** Proxies one behind the other that are looked past; the client is the last one seen by then. */
export const MOST_PROXIES = 32;

/** Characters of the longest address with a port. */
const LONGEST = 64;
const WITH_PORT = /^(.*):([0-9]{1,5})$/;

/**
 * The client that a list of X-Forwarded-For names. Each proxy has appended whom it was asked by, so that the list is read from its
 * end, past the proxies that are trusted; the first that is not is the client. What stands before that one anybody
 * may have written. An entry that is no address ends the way at the one behind it. Undefined when there is none.
 */
export function forwardedFor(list: string, trusts: (address: string) => boolean): ConnectionEnd | undefined {
  let client: ConnectionEnd | undefined;
  let end = list.length;
  for (let count = 0; count < MOST_PROXIES; count++) {
    const comma = end === 0 ? -1 : list.lastIndexOf(",", end - 1);
    const entry = forwardedNode(fieldValue(list, comma + 1, end), true);
    if (entry === undefined) break;
    client = entry;
    if (comma < 0 || !trusts(entry.address)) break;
    end = comma;
  }
  return client;
}

/**
 * Reads an address with or without port: `192.0.2.1`, `192.0.2.1:567`, `[2001:db8::1]`, `[2001:db8::1]:80` and, where `isBare`
 * allows it, `2001:db8::1`. Undefined for anything else, `unknown` and obfuscated names (RFC 7239 section 6) among it.
 */
export function forwardedNode(text: string, isBare: boolean): ConnectionEnd | undefined {
  if (text.length > LONGEST) return undefined;
  if (!text.startsWith("[") && text.indexOf(":") !== text.lastIndexOf(":")) {
    return isBare ? endOf(text, "0") : undefined;
  }
  const [, node, port] = WITH_PORT.exec(text) ?? [text, text, "0"];
  const isBracketed = node!.startsWith("[") && node!.endsWith("]");
  const address = isBracketed ? node!.slice(1, -1) : node!;
  return isBracketed === address.includes(":") ? endOf(address, port!) : undefined;
}

function endOf(text: string, port: string): ConnectionEnd | undefined {
  const address = canonicalAddress(text);
  return address === undefined || Number(port) > 65535 ? undefined : { address, port: Number(port) };
}
