import type { Socket } from "node:net";
import ipaddr from "ipaddr.js";

/** Connections of each client, counted where their number is limited. */
export class ClientConnections {
  readonly #limit: number;
  readonly #open = new Map<string, number>();

  /** `limit`: connections one client may have open at once, 0 for as many as it likes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Clients that have connections open. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Counts the connection until its socket closes. False when its client has as many already. Whoever comes through a
   * Unix socket has no address of its own and is not counted.
   */
  admit(address: string, socket: Socket): boolean {
    if (this.#limit === 0 || address === "unix") return true;
    const client = clientOf(address);
    const open = this.#open.get(client) ?? 0;
    if (open >= this.#limit) return false;
    this.#open.set(client, open + 1);
    socket.once("close", () => this.#closed(client));
    return true;
  }

  #closed(client: string): void {
    const open = this.#open.get(client)! - 1;
    if (open === 0) this.#open.delete(client);
    else this.#open.set(client, open);
  }
}

/** A host of IPv6 has at least a network of 64 bits to choose its addresses from (RFC 4291 section 2.5.1). */
function clientOf(address: string): string {
  if (!address.includes(":")) return address;
  return ipaddr.IPv6.parse(address).parts.slice(0, 4).join(":");
}
