import { addressRange } from "./address_range.ts";
import type { ProxiesConfig } from "./config.ts";
import type { Section } from "./field.ts";

/** As it is written; items of the list that had a fault are undefined. */
export interface WrittenProxies extends Omit<ProxiesConfig, "trusted"> {
  readonly trusted: readonly (string | undefined)[];
}

export const proxiesSection: Section<WrittenProxies> = {
  title: "proxies",
  doc:
    "The proxies between clients and this one. What they tell of a client becomes `request.client` and what the log " +
    "names; what anybody else tells is taken off the request before a script sees it.",
  fields: {
    trusted: {
      doc: "Addresses of proxies that are believed, as `10.0.0.0/8`; `unix` for whoever comes through a Unix socket.",
      type: { kind: "list", of: { kind: "text", format: addressRange }, minimum: 0 },
      default: [],
    },
    header: {
      doc:
        "The field in which they name the client: `x-forwarded-for` (with `X-Forwarded-Proto`) or `forwarded` " +
        "(RFC 7239). The other one is taken off, for such a proxy may let through what a client wrote there.",
      type: { kind: "choice", values: ["x-forwarded-for", "forwarded"] },
      default: "x-forwarded-for",
    },
  },
};
