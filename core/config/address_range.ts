import ipaddr from "ipaddr.js";
import type { TextFormat } from "./field.ts";
import { quoteValue, ValueError } from "./value_error.ts";

/** An IP address, a range of them in CIDR notation, or `unix` for whoever comes through a Unix socket. */
export const addressRange: TextFormat<string> = {
  name: "a range of addresses",
  example: "10.0.0.0/8",
  pattern: "^(unix|[0-9A-Fa-f:.]+(/[0-9]{1,3})?)$|\\$\\{",
  parse(text) {
    if (text === "unix") return text;
    if (/^[0-9A-Fa-f:.]+$/.test(text) && isAddress(text)) return text.toLowerCase();
    if (
      /^[0-9A-Fa-f:.]+\/[0-9]{1,3}$/.test(text) &&
      ipaddr.isValidCIDR(text) &&
      isAddress(text.split("/")[0]!)
    ) {
      checkHostBits(text);
      return text.toLowerCase();
    }
    throw new ValueError(
      `${quoteValue(text)} is not a range of addresses: write an IP address, 10.0.0.0/8, 2001:db8::/32, or unix`,
    );
  },
};

/** `10.0.0.1/8` may be meant as the one address or as all of the range. */
function checkHostBits(text: string): void {
  const [address, bits] = text.split("/") as [string, string];
  const isIPv6 = text.includes(":");
  const network = (
    isIPv6 ? ipaddr.IPv6.networkAddressFromCIDR(text) : ipaddr.IPv4.networkAddressFromCIDR(text)
  ).toString();
  if (ipaddr.parse(address).toString() === network) return;
  throw new ValueError(
    `${quoteValue(text)} is not the beginning of a range: write ${network}/${bits}, or ${address} for one address`,
  );
}

function isAddress(text: string): boolean {
  return text.includes(":") ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
}
