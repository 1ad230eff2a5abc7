import type { Socket } from "node:net";
import type { Server, TLSSocket } from "node:tls";
import type { Client } from "../../http/incoming.ts";
import type { TimerWheel } from "../../http/timer_wheel.ts";
import type { FrontConnection } from "../front_connection.ts";
import { answerPlainHttp, PLAIN_HTTP } from "./plain_http.ts";
import { tlsClient } from "./tls_client.ts";
import type { TlsContexts } from "./tls_contexts.ts";
import { type HandshakeOwner, TlsHandshake } from "./tls_handshake.ts";
import { wrappedSocket } from "./wrapped_socket.ts";

export interface TlsServerOptions {
  readonly contexts: TlsContexts;
  /** Protocols offered by ALPN, the preferred one first. Clients that take none of them get an alert. */
  readonly protocols: readonly string[];
  readonly timers: TimerWheel;
  /** The handshake is over; `was` is what the connection has been until now. */
  readonly onSecured: (socket: TLSSocket, client: Client, was: FrontConnection) => void;
  /** So it is, in vain. */
  readonly onFailed: (was: FrontConnection, reason: string, client: Client) => void;
}

/** Makes the TLS handshakes of one listener. */
export class TlsServer implements HandshakeOwner {
  readonly #options: TlsServerOptions;
  readonly #server: Server;
  /** By the socket below. */
  readonly #handshakes = new WeakMap<Socket, TlsHandshake>();

  constructor(options: TlsServerOptions) {
    this.#options = options;
    const { contexts, protocols } = options;
    const { clientCertificates, handshakeTimeout } = contexts.config;
    this.#server = process.getBuiltinModule("node:tls").createServer({
      ...contexts.options,
      ALPNProtocols: [...protocols],
      requestCert: clientCertificates !== "none",
      rejectUnauthorized: clientCertificates === "require",
      // Node's own is about silence, ours about the whole.
      handshakeTimeout: 2 * handshakeTimeout,
      SNICallback: (serverName, callback) => {
        try {
          callback(null, contexts.contextFor(serverName));
        } catch (error) {
          callback(error as Error);
        }
      },
    });
    this.#server.on("secureConnection", (socket) => {
      this.#handshakes.get(wrappedSocket(socket))?.succeed(socket);
    });
    this.#server.on("OCSPRequest", (certificate, _, callback) =>
      callback(null, contexts.stapleFor(certificate)),
    );
    this.#server.on("tlsClientError", (error, socket) => this.#onClientError(error, socket));
    contexts.attach(this.#server);
  }

  /** Begins the handshake on a socket; bytes that were read off it and put back belong to it. */
  begin(socket: Socket, client: Client): FrontConnection {
    const { timers, contexts } = this.#options;
    const handshake = new TlsHandshake(socket, client, this, timers, contexts.config.handshakeTimeout);
    this.#handshakes.set(socket, handshake);
    this.#server.emit("connection", socket);
    return handshake;
  }

  /** Certificates are no longer followed. Handshakes under way go on. */
  close(): void {
    this.#options.contexts.detach(this.#server);
  }

  secured(handshake: TlsHandshake, socket: TLSSocket): void {
    this.#options.onSecured(socket, tlsClient(handshake.client, socket), handshake);
  }

  failed(handshake: TlsHandshake, reason: string): void {
    this.#options.onFailed(handshake, reason, handshake.client);
  }

  #onClientError(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    const wrapped = wrappedSocket(socket);
    if (error.code === PLAIN_HTTP) answerPlainHttp(wrapped);
    // Node leaves out why it has closed the connection of a client without a valid certificate.
    const unauthorized = socket.authorizationError as unknown as string | null | undefined;
    this.#handshakes.get(wrapped)?.fail(unauthorized ?? error.code ?? error.message);
  }
}
