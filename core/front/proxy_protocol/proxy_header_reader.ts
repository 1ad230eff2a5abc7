import type { Socket } from "node:net";
import { HttpError } from "../../http/http_error.ts";
import type { Client } from "../../http/incoming.ts";
import type { Timer } from "../../http/timer_wheel.ts";
import type { ConnectionContext } from "../connection_context.ts";
import type { FrontConnection } from "../front_connection.ts";
import { malformedHeader, type ProxyHeader } from "./proxy_header.ts";
import { readProxyHeader } from "./read_proxy_header.ts";

/** What becomes of a connection that must begin with a PROXY header. Exactly one of the two is called, once. */
export interface ProxyHeaderOwner {
  /** The header has been read; what came behind it waits in the socket. `client` is the one that it names. */
  proxyHeaderRead(reader: ProxyHeaderReader, socket: Socket, client: Client): void;
  /** The connection is closed. */
  proxyHeaderMissed(reader: ProxyHeaderReader): void;
}

/**
 * A connection whose first bytes are the PROXY header of the load balancer in front. Anything else ends it without an
 * answer, for whoever sends that is not what the configuration says.
 */
export class ProxyHeaderReader implements FrontConnection {
  readonly #socket: Socket;
  readonly #client: Client;
  readonly #context: ConnectionContext;
  readonly #owner: ProxyHeaderOwner;
  readonly #timer: Timer;
  readonly #started = performance.now();
  #bytes: Buffer = Buffer.alloc(0);

  /** `client` is the load balancer. */
  constructor(socket: Socket, client: Client, context: ConnectionContext, owner: ProxyHeaderOwner) {
    const { http, timers } = context.options;
    this.#socket = socket;
    this.#client = client;
    this.#context = context;
    this.#owner = owner;
    this.#timer = timers.add(http.headTimeout, () => this.#refuse(tooLate(http.headTimeout)));
    // Not "data": what has been read without being taken stays in the socket for whoever comes next.
    socket.on("readable", this.#onReadable);
    socket.on("end", this.#onEnd);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
  }

  closeIfIdle(): void {
    if (this.#bytes.length === 0) this.#socket.destroy();
  }

  destroy(): number {
    this.#socket.destroy();
    return 0;
  }

  readonly #onReadable = (): void => {
    for (let chunk = this.#next(); chunk !== null; chunk = this.#next()) {
      this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
      let header: ProxyHeader | undefined;
      try {
        header = readProxyHeader(this.#bytes);
      } catch (error) {
        this.#refuse(error as HttpError);
        return;
      }
      if (header !== undefined) {
        this.#handOn(header);
        return;
      }
    }
  };

  readonly #onEnd = (): void => {
    // Without a byte it was only to see whether someone listens.
    if (this.#bytes.length === 0) this.#socket.destroy();
    else this.#refuse(malformedHeader(`the connection ended after ${this.#bytes.length} bytes of it`));
  };

  readonly #onError = (): void => {};

  readonly #onClose = (): void => {
    this.#timer.cancel();
    this.#owner.proxyHeaderMissed(this);
  };

  #next(): Buffer | null {
    return this.#socket.read() as Buffer | null;
  }

  #handOn(header: ProxyHeader): void {
    const socket = this.#socket;
    this.#timer.cancel();
    socket.off("readable", this.#onReadable);
    socket.off("end", this.#onEnd);
    socket.off("error", this.#onError);
    socket.off("close", this.#onClose);
    if (this.#bytes.length > header.length) socket.unshift(this.#bytes.subarray(header.length));
    const { source, destination } = header;
    const client =
      source === undefined
        ? this.#client
        : { ...this.#client, address: source.address, port: source.port, local: destination };
    this.#owner.proxyHeaderRead(this, socket, client);
  }

  #refuse(error: HttpError): void {
    if (this.#socket.destroyed) return;
    this.#socket.destroy();
    const milliseconds = performance.now() - this.#started;
    this.#context.options.onRefused?.({ error, client: this.#client, method: "", path: "", milliseconds });
  }
}

function tooLate(limit: number): HttpError {
  return new HttpError(408, "proxy_header_timeout", `reading a PROXY header: not complete after ${limit} ms`);
}
