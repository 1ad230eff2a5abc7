import { isIPv4, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import type { TextFormat } from "./field.ts";
import { quoteValue, ValueError } from "./value_error.ts";

// Underscores are no part of a host name (RFC 1123) but of names in internal use.
const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** `www.example.org`, `*.example.org` for every name below, `*` for every host no other site has; lower case. */
export const hostPattern: TextFormat<string> = {
  name: "a host pattern",
  example: "www.example.org",
  pattern: "^[^:/ ]+$|^\\[.*\\]$",
  parse(text) {
    const pattern = text.toLowerCase();
    if (pattern === "*") return pattern;
    if (pattern.startsWith("[") && pattern.endsWith("]") && isIPv6(pattern.slice(1, -1))) return pattern;
    const name = pattern.startsWith("*.") ? pattern.slice(2) : pattern;
    if (NAME.test(name) && !(name !== pattern && isIPv4(name))) return pattern;
    throw new ValueError(`${quoteValue(text)} is not a host pattern: ${rule(pattern)}`);
  },
};

function rule(pattern: string): string {
  if (pattern.includes("://")) return "it is a name without a scheme, such as www.example.org";
  if (isIPv6(pattern)) return `an IPv6 address stands in brackets: "[${pattern}]"`;
  if (/:[0-9]*$/.test(pattern)) return "a site is found by name alone, so leave the port away";
  if (pattern.lastIndexOf("*") > 0) return 'the star stands only at the beginning: "*.example.org"';
  if (pattern.startsWith("*")) return 'the star stands for whole labels: "*.example.org"';
  if (pattern.endsWith(".")) return "leave the last dot away";
  if (/[^\x00-\x7f]/.test(pattern))
    return `write the form that is sent: ${quoteValue(domainToASCII(pattern))}`;
  return 'it is a name such as www.example.org, "*.example.org" for every name below it, or "*" for every host';
}
