import type { ProxiesConfig } from "../../config/config.ts";
import { AddressRanges } from "../../http/address_ranges.ts";
import { fieldValue } from "../../http/head_grammar.ts";
import type { Client } from "../../http/incoming.ts";
import type { RequestHead } from "../../http/request_head.ts";
import { isTelling } from "../../http/telling_fields.ts";
import { forwardedClient, forwardedProtocol } from "./forwarded_element.ts";
import { forwardedFor } from "./forwarded_for.ts";

/** A request as the rest of the proxy is to see it. */
export interface Admitted {
  readonly head: RequestHead;
  readonly client: Client;
}

/** Whom a proxy names; `address` is undefined when it does not, or not so that it can be understood. */
interface Named {
  readonly address?: string;
  readonly port?: number;
  readonly tls: boolean | undefined;
}

/** The fields of a head. */
interface Separated {
  /** Lines of those that tell of nobody. */
  readonly others: string;
  /** Lines of the others, by name in lower case, in their order. */
  readonly telling: ReadonlyMap<string, readonly string[]>;
}

/** Visible, without quotes and without what means something to a shell or in HTML. */
const REQUEST_ID = /^[A-Za-z0-9._~:+/=@-]{1,128}$/;

/**
 * Decides what is believed of what requests tell of their clients (`http/telling_fields.ts`). Only the fields that are believed
 * remain in a head, so that neither scripts nor backends have to ask who has written them. All lanes use it.
 */
export class TrustedProxies {
  readonly #ranges: AddressRanges;
  readonly #header: ProxiesConfig["header"];
  /** By the client of a connection, which is one object for all its requests. */
  readonly #trusted = new WeakMap<Client, boolean>();
  readonly #trusts = (address: string): boolean => this.#ranges.has(address);

  constructor(config: ProxiesConfig) {
    this.#ranges = new AddressRanges(config.trusted);
    this.#header = config.header;
  }

  /**
   * What remains of a head, and whose request it is. `client` is the other end of the connection, one object for all its
   * requests. Needed only for heads with `tells`.
   */
  admit(head: RequestHead, client: Client): Admitted {
    if (!head.tells) return { head, client };
    const { others, telling } = separate(head.fields);
    if (!this.trusts(client)) return { head: head.withFields(others, false), client };
    const list = telling.get(this.#header)?.join(",");
    const protocol = this.#header === "forwarded" ? undefined : telling.get("x-forwarded-proto")?.join(",");
    const id = requestId(telling.get("x-request-id"));
    let fields = others;
    for (const value of telling.get(this.#header) ?? []) fields += `${NAMES[this.#header]}: ${value}\r\n`;
    if (protocol !== undefined && forwardedProtocol(protocol) !== undefined) {
      fields += `X-Forwarded-Proto: ${protocol}\r\n`;
    }
    if (id !== undefined) fields += `X-Request-Id: ${id}\r\n`;
    return {
      head: head.withFields(fields, fields !== others, id),
      client: this.#clientOf(client, list, protocol),
    };
  }

  /** Whether the other end of a connection is a trusted proxy. */
  trusts(client: Client): boolean {
    if (this.#ranges.isEmpty) return false;
    let isTrusted = this.#trusted.get(client);
    if (isTrusted === undefined) {
      isTrusted = this.#ranges.has(client.address);
      this.#trusted.set(client, isTrusted);
    }
    return isTrusted;
  }

  /** What is known of the connection's TLS is the proxy's; of the client's no more than whether there was any. */
  #clientOf(peer: Client, list: string | undefined, protocol: string | undefined): Client {
    const { address, port = 0, tls } = this.#named(list, protocol);
    const { local } = peer;
    if (address !== undefined) return { address, port, local, via: peer.address, tls: tls ?? peer.tls };
    return tls === undefined ? peer : { address: peer.address, port: peer.port, local, tls };
  }

  #named(list: string | undefined, protocol: string | undefined): Named {
    if (this.#header === "forwarded") {
      return (list === undefined ? undefined : forwardedClient(list, this.#trusts)) ?? { tls: undefined };
    }
    // The nearest proxy's word: it has either replaced the others' or put its own behind them.
    const tls = forwardedProtocol(lastOf(protocol ?? ""));
    return { ...(list === undefined ? undefined : forwardedFor(list, this.#trusts)), tls };
  }
}

const NAMES: Readonly<Record<ProxiesConfig["header"], string>> = {
  "x-forwarded-for": "X-Forwarded-For",
  forwarded: "Forwarded",
};

function separate(fields: string): Separated {
  let others = "";
  const telling = new Map<string, string[]>();
  for (let start = 0; start < fields.length; ) {
    const next = fields.indexOf("\n", start) + 1;
    const colon = fields.indexOf(":", start);
    const name = fields.slice(start, colon).toLowerCase();
    if (isTelling(name)) {
      const value = fieldValue(fields, colon + 1, next - 2);
      const values = telling.get(name);
      if (values === undefined) telling.set(name, [value]);
      else values.push(value);
    } else others += fields.slice(start, next);
    start = next;
  }
  return { others, telling };
}

/** Undefined unless it is there once and harmless. */
function requestId(values: readonly string[] = []): string | undefined {
  const [id] = values;
  return values.length === 1 && REQUEST_ID.test(id!) ? id : undefined;
}

function lastOf(list: string): string {
  return fieldValue(list, list.lastIndexOf(",") + 1, list.length);
}
