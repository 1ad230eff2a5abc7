import { createServer, type Server, type Socket } from "node:net";
import type { ListenAddress } from "../config/config.ts";
import { clientOf } from "./client_of.ts";
import type { ConnectionContext } from "./connection_context.ts";
import type { FrontOptions } from "./front_options.ts";
import { Http1Connection } from "./http1_connection.ts";
import { ResponseHeadText } from "./response_head_text.ts";

export type { FrontOptions } from "./front_options.ts";

/** Accepts the connections of one address and speaks HTTP/1 on them. */
export class Http1Listener {
  readonly #options: FrontOptions;
  readonly #server: Server;
  readonly #connections = new Set<Http1Connection>();
  readonly #context: ConnectionContext & { isDraining: boolean };
  readonly #closed = Promise.withResolvers<void>();
  /** Kept beyond the server's end, for the log. */
  #address: ListenAddress | undefined;
  readonly #forget = (connection: Http1Connection): void => {
    this.#connections.delete(connection);
    this.#settle();
  };

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#context = { options, heads: new ResponseHeadText(), isDraining: false };
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    // Failed accepts: libuv has already dropped the waiting connections, the listener goes on.
    this.#server.on("error", (error) => {
      if (this.#address !== undefined) this.#options.onError?.(error);
    });
  }

  /** Opens the address, or takes a listening socket another process opened. Rejects when that fails. */
  listen(target: { readonly fd: number } | ListenAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(listenOptions(target), () => {
        this.#server.off("error", reject);
        this.#address = addressOf(this.#server);
        resolve();
      });
    });
  }

  /** The address listened on, with the port the system chose. */
  get address(): ListenAddress {
    if (this.#address === undefined)
      throw new Error("asking a listener for its address: it doesn't listen yet");
    return this.#address;
  }

  /** Number of connections open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Accepts no more, ends idle connections now and the others after their response. */
  drain(): void {
    if (this.#context.isDraining) return;
    this.#context.isDraining = true;
    if (this.#server.listening) this.#server.close();
    for (const connection of this.#connections) connection.closeIfIdle();
    this.#settle();
  }

  /** Drains; resolves when every connection is closed. */
  close(): Promise<void> {
    this.drain();
    return this.#closed.promise;
  }

  /** Cuts everything off: exchanges under way fail with `reason`. Returns how many there were. */
  destroy(reason: Error): number {
    this.drain();
    let exchanges = 0;
    for (const connection of this.#connections) if (connection.destroy(reason)) exchanges++;
    return exchanges;
  }

  /** The server's own close event may come before the last connection has ended its exchange. */
  #settle(): void {
    const isOver = this.#context.isDraining && this.#connections.size === 0 && !this.#server.listening;
    if (isOver) this.#closed.resolve();
  }

  #accept(socket: Socket): void {
    const client = clientOf(socket, this.#address?.kind === "unix");
    if (client === undefined || this.#connections.size >= this.#options.http.connections) {
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    this.#connections.add(new Http1Connection(socket, client, this.#context, this.#forget));
  }
}

function listenOptions(target: { readonly fd: number } | ListenAddress) {
  if ("fd" in target) return { fd: target.fd };
  if (target.kind === "unix") return { path: target.path };
  return { host: target.host, port: target.port };
}

function addressOf(server: Server): ListenAddress {
  const address = server.address();
  if (address === null || typeof address === "string") return { kind: "unix", path: address ?? "" };
  return { kind: "tcp", host: address.address, port: address.port };
}
