import type { ListenAddress } from "../config/config.ts";
import { formatListenAddress } from "../config/listen_address.ts";
import { boundAddress, ListenError, type ListeningSocket, openListeningSocket } from "./listening_socket.ts";

/** The sockets of a configuration that is going to be the current one. */
export interface SocketPlan {
  /** In the order of the addresses. */
  readonly sockets: readonly ListeningSocket[];
  /** The configuration serves: closes the sockets that it no longer has. */
  keep(): void;
  /** It doesn't: closes those that were opened for it. */
  discard(): void;
}

/** A socket and what it is known by. */
export interface NamedSocket {
  readonly socket: ListeningSocket;
  /** The address as it was configured, which may have port 0 or a name; undefined where only the bound one is known. */
  readonly configured: string | undefined;
}

/** The open sockets, which go from one configuration to the next: the same address keeps the same socket. */
export class ListeningSockets {
  #open: readonly NamedSocket[] = [];

  get open(): readonly NamedSocket[] {
    return this.#open;
  }

  /** Sockets of another process. Those that the first configuration has no address for are closed. */
  take(handed: readonly NamedSocket[]): void {
    this.#open = handed;
  }

  /** Opens what is missing and closes nothing yet. @throws ListenError, with nothing changed. */
  async plan(addresses: readonly ListenAddress[]): Promise<SocketPlan> {
    const planned: NamedSocket[] = [];
    const opened: ListeningSocket[] = [];
    const free = new Set(this.#open);
    const discard = (): void => {
      for (const socket of opened.splice(0)) socket.close();
    };
    try {
      for (const address of addresses) {
        const configured = formatListenAddress(address);
        const kept = await find(free, configured, address);
        if (kept !== undefined) {
          free.delete(kept);
          planned.push({ socket: kept.socket, configured });
          continue;
        }
        const socket = await this.#openNew(address);
        opened.push(socket);
        planned.push({ socket, configured });
      }
    } catch (error) {
      discard();
      throw error;
    }
    return { sockets: planned.map(({ socket }) => socket), keep: () => this.#keep(planned), discard };
  }

  /** Closes every one. */
  close(): void {
    this.#keep([]);
  }

  /** Another process goes on with them. */
  release(): void {
    for (const { socket } of this.#open) socket.release();
    this.#open = [];
  }

  #keep(planned: readonly NamedSocket[]): void {
    const kept = new Set(planned.map(({ socket }) => socket));
    for (const { socket } of this.#open) if (!kept.has(socket)) socket.close();
    this.#open = planned;
  }

  /** `0.0.0.0:80` after `127.0.0.1:80`, say, cannot be opened while the old one is: that is told. */
  async #openNew(address: ListenAddress): Promise<ListeningSocket> {
    try {
      return await openListeningSocket(address);
    } catch (error) {
      const own = this.#open.find(
        ({ socket }) =>
          socket.address.kind === "tcp" && address.kind === "tcp" && socket.address.port === address.port,
      );
      if (own === undefined || !(error instanceof ListenError) || !error.message.includes("EADDRINUSE"))
        throw error;
      throw new ListenError(
        address,
        `this server itself listens on ${formatListenAddress(own.socket.address)} (EADDRINUSE); such a change of address ` +
          "needs a restart, or a reload without the port in between",
        error,
      );
    }
  }
}

/** The addresses of sockets that were handed over and are not among those that serve. */
export function unmatched(handed: readonly NamedSocket[], serving: readonly ListeningSocket[]): string[] {
  return handed
    .filter(({ socket }) => !serving.includes(socket))
    .map(({ socket }) => formatListenAddress(socket.address));
}

async function find(
  free: ReadonlySet<NamedSocket>,
  configured: string,
  address: ListenAddress,
): Promise<NamedSocket | undefined> {
  for (const named of free) if (named.configured === configured) return named;
  if (free.size === 0) return undefined;
  const bound = formatListenAddress(await boundAddress(address));
  for (const named of free) if (formatListenAddress(named.socket.address) === bound) return named;
  return undefined;
}
