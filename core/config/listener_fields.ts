import { addressRange } from "./address_range.ts";
import type { ListenAddress, ListenerConfig } from "./config.ts";
import type { Section, TextFormat } from "./field.ts";
import { listenAddress } from "./listen_address.ts";
import { quoteValue, ValueError } from "./value_error.ts";

/** A listener as it is written; items of lists that had a fault are undefined. */
export interface WrittenListener extends Omit<ListenerConfig, "address" | "proxyProtocol"> {
  readonly address: ListenAddress | undefined;
  readonly proxyProtocol: readonly (string | undefined)[];
}

/** `https`, or `https:PORT`, as the port. */
const httpsPort: TextFormat<number> = {
  name: "https or https:PORT",
  example: "https",
  pattern: "^https(:[0-9]{1,5})?$",
  parse(text) {
    const match = /^https(?::([0-9]{1,5}))?$/.exec(text);
    const port = Number(match?.[1] ?? 443);
    if (match !== null && port > 0 && port <= 65535) return port;
    throw new ValueError(`${quoteValue(text)} is no redirect: write https, or https:PORT`);
  },
};

export const listenerSection: Section<WrittenListener> = {
  title: "A listener",
  doc: "An address, and what is spoken there. The short form is the address alone.",
  fields: {
    address: {
      doc:
        'An address to listen on: `127.0.0.1:8080`, `"[::1]:8080"`, `localhost:8080`, `:8080` or `"*:8080"` for every ' +
        "address (IPv4 and IPv6), `unix:/PATH` for a socket (a relative path starts from the folder of this file), " +
        "port 0 for any free port. A value that begins with `[` or `*` must be quoted.",
      type: { kind: "text", format: listenAddress },
      required: true,
    },
    tls: {
      doc: "Whether clients speak TLS here, with the certificates of `tls.certificates`.",
      type: { kind: "boolean" },
      default: false,
    },
    http2: {
      doc: "Whether HTTP/2 is offered besides HTTP/1.1: over TLS by ALPN, without TLS to clients that begin with it.",
      type: { kind: "boolean" },
      default: true,
    },
    redirect: {
      doc: "`https` sends every request to the same URL with `https`, `https:8443` to that port. No script sees it.",
      type: { kind: "text", format: httpsPort },
    },
    proxyProtocol: {
      doc:
        "Addresses of load balancers that begin each connection with a PROXY header (version 1 or 2), as `10.0.0.0/8`; " +
        "`unix` for a Unix socket. From these the header is required, from all others it is refused.",
      type: { kind: "list", of: { kind: "text", format: addressRange }, minimum: 1 },
      default: [],
    },
  },
};
