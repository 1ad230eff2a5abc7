import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/** Address of whoever comes through a Unix socket. */
const UNIX = "unix";

/** Ranges of addresses as the configuration has them: `10.0.0.0/8`, `2001:db8::1`, `unix`. Made once, asked often. */
export class AddressRanges {
  // Each family by itself, or `::/0` would be every IPv4 address, too.
  readonly #ipv4 = new BlockList();
  readonly #ipv6 = new BlockList();
  readonly #hasUnix: boolean;
  /** Whether there are none. */
  readonly isEmpty: boolean;

  /** Takes ranges that the configuration has checked. */
  constructor(ranges: readonly string[]) {
    this.isEmpty = ranges.length === 0;
    this.#hasUnix = ranges.includes(UNIX);
    for (const range of ranges) if (range !== UNIX) this.#add(range);
  }

  /** Whether `address`, an IP address or `unix`, is in one of them. An address with a zone is judged without it. */
  has(address: string): boolean {
    if (this.isEmpty) return false;
    if (address === UNIX) return this.#hasUnix;
    if (isIPv4(address)) return this.#ipv4.check(address, "ipv4");
    return isIPv6(address) && this.#ipv6.check(address, "ipv6");
  }

  #add(range: string): void {
    const [base = "", bits] = range.split("/");
    const mapped = mappedIPv4(base);
    if (mapped !== undefined && Number(bits ?? 128) >= 96) {
      this.#ipv4.addSubnet(mapped, Number(bits ?? 128) - 96, "ipv4");
    } else if (isIPv4(base)) {
      this.#ipv4.addSubnet(base, Number(bits ?? 32), "ipv4");
    } else {
      this.#ipv6.addSubnet(base, Number(bits ?? 128), "ipv6");
    }
  }
}

/**
 * The one way to write an IP address: IPv6 shortened in lower case (RFC 5952), IPv4-mapped addresses as the IPv4
 * address they are (RFC 4291 section 2.5.5.2). Undefined for what is none, zones (`%eth0`) included.
 */
export function canonicalAddress(text: string): string | undefined {
  const version = text.includes("%") ? 0 : isIP(text);
  if (version === 0) return undefined;
  return version === 4 ? text : (mappedIPv4(text) ?? shortened(text));
}

const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

function mappedIPv4(text: string): string | undefined {
  if (!isIPv6(text)) return undefined;
  const match = MAPPED.exec(shortened(text));
  if (match === null) return undefined;
  const [high, low] = [Number.parseInt(match[1]!, 16), Number.parseInt(match[2]!, 16)];
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

/** WHATWG's serializer of hosts is that of RFC 5952, with an IPv4 part as two groups. */
function shortened(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}
