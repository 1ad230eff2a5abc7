import type { ListenAddress } from "../config/config.ts";
import { formatListenAddress } from "../config/listen_address.ts";
import { type ListeningSocket, openListeningSocket } from "./listening_socket.ts";

/** The sockets of a configuration that is going to be the current one. */
export interface SocketPlan {
  /** In the order of the addresses. */
  readonly sockets: readonly ListeningSocket[];
  /** The configuration serves: closes the sockets that it no longer has. */
  keep(): void;
  /** It doesn't: closes those that were opened for it. */
  discard(): void;
}

/** The open sockets, which go from one configuration to the next: the same address keeps the same socket. */
export class ListeningSockets {
  /** By the address as it was configured; of one that was handed over, as it is bound. */
  #sockets = new Map<string, ListeningSocket>();

  /** Opens what is missing and closes nothing yet. @throws ListenError, with nothing changed. */
  async plan(addresses: readonly ListenAddress[]): Promise<SocketPlan> {
    const planned = new Map<string, ListeningSocket>();
    const opened: ListeningSocket[] = [];
    const discard = (): void => {
      for (const socket of opened.splice(0)) socket.close();
    };
    try {
      for (const address of addresses) {
        const key = formatListenAddress(address);
        let socket = this.#sockets.get(key);
        if (socket === undefined) {
          socket = await openListeningSocket(address);
          opened.push(socket);
        }
        planned.set(key, socket);
      }
    } catch (error) {
      discard();
      throw error;
    }
    return { sockets: [...planned.values()], keep: () => this.#keep(planned), discard };
  }

  /** Closes every one. */
  close(): void {
    this.#keep(new Map());
  }

  #keep(planned: Map<string, ListeningSocket>): void {
    const kept = new Set(planned.values());
    for (const socket of this.#sockets.values()) if (!kept.has(socket)) socket.close();
    this.#sockets = planned;
  }
}
