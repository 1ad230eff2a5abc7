import { createServer, type Server, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ListenAddress } from "../config/config.ts";
import { AddressRanges } from "../http/address_ranges.ts";
import type { Client } from "../http/incoming.ts";
import { ClientConnections } from "./client_connections.ts";
import { clientOf } from "./client_of.ts";
import type { ConnectionContext } from "./connection_context.ts";
import type { FrontConnection } from "./front_connection.ts";
import type { FrontOptions } from "./front_options.ts";
import { Http1Connection } from "./http1/http1_connection.ts";
import { ResponseHeadText } from "./http1/response_head_text.ts";
import { SharedReads } from "./http1/shared_reads.ts";
import { SharedWrites } from "./http1/shared_writes.ts";
import { Http2Connection } from "./http2/http2_connection.ts";
import { type ProxyHeaderOwner, ProxyHeaderReader } from "./proxy_protocol/proxy_header_reader.ts";
import { TlsServer } from "./tls/tls_server.ts";

export type { FrontOptions } from "./front_options.ts";

/**
 * Accepts the connections of one address. Each goes through the steps that the address asks for, and speaks
 * HTTP behind the last one: #accept, #secure, #speak.
 */
export class Listener implements ProxyHeaderOwner {
  readonly #options: FrontOptions;
  /** Whose connections begin with a PROXY header. */
  readonly #balancers: AddressRanges;
  readonly #server: Server;
  /** Makes TLS handshakes where clients speak TLS. */
  readonly #tls: TlsServer | undefined;
  /** Each connection counts once, as whatever it is at the moment. */
  readonly #connections = new Set<FrontConnection>();
  readonly #context: ConnectionContext & { isDraining: boolean; endsIdle: boolean };
  readonly #clients: ClientConnections;
  readonly #closed = Promise.withResolvers<void>();
  /** Kept beyond the server's end, for the log. */
  #address: ListenAddress | undefined;
  readonly #forget = (connection: FrontConnection): void => {
    this.#connections.delete(connection);
    this.#settle();
  };

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#balancers = new AddressRanges(options.spoken.proxyProtocol);
    const { http2, tls } = options.spoken;
    const speakHttp2 = http2 && !tls ? this.#speakHttp2 : undefined;
    this.#clients = new ClientConnections(options.http.connectionsPerClient);
    const heads = new ResponseHeadText();
    const reads = tls ? undefined : new SharedReads();
    const writes = new SharedWrites();
    this.#context = { options, heads, reads, writes, isDraining: false, endsIdle: false, speakHttp2 };
    this.#tls = options.spoken.tls ? this.#tlsServer(options) : undefined;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    // Once it listens these are failed accepts, and it goes on.
    this.#server.on("error", (error) => {
      if (this.#address !== undefined) this.#options.onAcceptFailed?.(error);
    });
  }

  /** Opens the address, or takes a listening socket another process opened. Rejects when that fails. */
  listen(target: { readonly fd: number } | ListenAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      // As many may wait to be accepted as may be open, if the system lets them (net.core.somaxconn): those that a short
      // queue has no place for are reset. Among the options a backlog does not count for a descriptor.
      const backlog = this.#options.http.connections;
      this.#server.listen(listenOptions(target), backlog, () => {
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

  /**
   * Accepts no more and ends connections after their response. Those between requests end now, or, `gently`, behind
   * one more request: its client may have sent it already.
   */
  drain(gently = false): void {
    if (!this.#context.isDraining) {
      this.#context.isDraining = true;
      if (this.#server.listening) this.#server.close();
    }
    if (!gently) {
      this.#context.endsIdle = true;
      for (const connection of this.#connections) connection.closeIfIdle();
    }
    this.#settle();
  }

  /** Drains; resolves when every connection is closed. */
  close(gently = false): Promise<void> {
    this.drain(gently);
    return this.#closed.promise;
  }

  /** Cuts everything off: exchanges under way fail with `reason`. Returns how many there were. */
  destroy(reason: Error): number {
    this.drain();
    let exchanges = 0;
    for (const connection of this.#connections) exchanges += connection.destroy(reason);
    return exchanges;
  }

  /** The server's own close event may come before the last connection has ended its exchange. */
  #settle(): void {
    const isOver = this.#context.isDraining && this.#connections.size === 0 && !this.#server.listening;
    if (!isOver) return;
    this.#tls?.close();
    this.#closed.resolve();
  }

  #accept(socket: Socket): void {
    const client = clientOf(socket, this.#address?.kind === "unix");
    if (client === undefined || this.#connections.size >= this.#options.http.connections) {
      this.#turnAway(socket, client, "http.connections");
      return;
    }
    this.#options.metrics?.opened(socket);
    if (this.#balancers.has(client.address)) {
      this.#connections.add(new ProxyHeaderReader(socket, client, this.#context, this));
    } else this.#secure(socket, client);
  }

  proxyHeaderRead(reader: ProxyHeaderReader, socket: Socket, client: Client): void {
    this.#connections.delete(reader);
    this.#secure(socket, client);
  }

  proxyHeaderMissed(reader: ProxyHeaderReader): void {
    this.#forget(reader);
  }

  #turnAway(socket: Socket, client: Client | undefined, limit: string): void {
    socket.on("error", () => {});
    socket.destroy();
    if (client === undefined) return;
    this.#options.metrics?.refused();
    this.#options.onTurnedAway?.(limit, client);
    this.#settle();
  }

  /** Here the client's own address is known, whoever has brought the connection. */
  #secure(socket: Socket, client: Client): void {
    if (!this.#clients.admit(client.address, socket)) {
      this.#turnAway(socket, client, "http.connectionsPerClient");
      return;
    }
    if (this.#tls === undefined) this.#speak(socket, client);
    else this.#connections.add(this.#tls.begin(socket, client));
  }

  #tlsServer({ tls, timers, onHandshakeFailed }: FrontOptions): TlsServer {
    if (tls === undefined) throw new Error("listening with TLS: there are no certificates");
    return new TlsServer({
      contexts: tls,
      protocols: this.#options.spoken.http2 ? ["h2", "http/1.1"] : ["http/1.1"],
      timers,
      onSecured: (socket, client, handshake) => {
        this.#connections.delete(handshake);
        this.#speak(socket, client);
      },
      onFailed: (handshake, reason, client) => {
        this.#forget(handshake);
        onHandshakeFailed?.(reason, client);
      },
    });
  }

  #speak(socket: Socket, client: Client): void {
    const Connection =
      (socket as Partial<TLSSocket>).alpnProtocol === "h2" ? Http2Connection : Http1Connection;
    this.#connections.add(new Connection(socket, client, this.#context, this.#forget));
  }

  /** Behind the event that brought the preface, for the session takes over the reading of the socket. */
  readonly #speakHttp2 = (former: FrontConnection, socket: Socket, client: Client): void => {
    process.nextTick(() => {
      this.#connections.delete(former);
      if (socket.destroyed) this.#settle();
      else this.#connections.add(new Http2Connection(socket, client, this.#context, this.#forget));
    });
  };
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
