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
    )
      return text.toLowerCase();
    throw new ValueError(
      `${quoteValue(text)} is not a range of addresses: write an IP address, 10.0.0.0/8, 2001:db8::/32, or unix`,
    );
  },
};

function isAddress(text: string): boolean {
  return text.includes(":") ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
}
