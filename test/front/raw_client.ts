import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ListenAddress } from "../../core/config/config.ts";

/** A client that sends and receives bytes as they are (Latin-1), for what a decent client would never do. */
export class RawClient {
  readonly socket: Socket;
  /** Everything received and not yet taken by `response`. */
  received = "";
  /** Whether the server has ended its side. */
  hasEnded = false;
  isClosed = false;
  error: NodeJS.ErrnoException | undefined;
  #wake = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      this.received += text;
      this.#changed();
    });
    socket.on("end", () => {
      this.hasEnded = true;
      this.#changed();
    });
    socket.on("error", (error) => {
      this.error = error;
    });
    socket.on("close", () => {
      this.isClosed = true;
      this.#changed();
    });
  }

  static async connect(address: ListenAddress): Promise<RawClient> {
    const options =
      address.kind === "tcp" ? { host: address.host, port: address.port } : { path: address.path };
    const socket = connect({ ...options, allowHalfOpen: true, noDelay: true });
    await once(socket, "connect");
    return new RawClient(socket);
  }

  send(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** Waits until `isTrue`, at most five seconds. */
  async until(isTrue: () => boolean, what: string): Promise<void> {
    const deadline = AbortSignal.timeout(5_000);
    const late = once(deadline, "abort").then(() => {
      throw new Error(`waited in vain for ${what}; received ${JSON.stringify(this.received.slice(0, 500))}`);
    });
    late.catch(() => {});
    while (!isTrue()) await Promise.race([this.#wake.promise, late]);
  }

  /** Waits for the end of the server's side and ends this one. Returns everything received. */
  async rest(): Promise<string> {
    await this.until(() => this.hasEnded || this.isClosed, "the end");
    this.socket.end();
    await this.until(() => this.isClosed, "the close");
    return this.received;
  }

  /** Waits for one whole response with Content-Length or chunks, and takes it. */
  async response(options: { head?: boolean } = {}): Promise<RawResponse> {
    await this.until(() => this.received.includes("\r\n\r\n") || this.isClosed, "a response head");
    const end = this.received.indexOf("\r\n\r\n") + 4;
    const head = this.received.slice(0, end);
    const status = Number(head.slice(9, 12));
    const hasBody = options.head !== true && status >= 200 && status !== 204 && status !== 304;
    const length = /^content-length: ([0-9]+)\r$/im.exec(head)?.[1];
    let body = "";
    if (hasBody && length !== undefined) {
      await this.until(() => this.received.length >= end + Number(length), "a body");
      body = this.received.slice(end, end + Number(length));
      this.received = this.received.slice(end + body.length);
    } else if (hasBody && /^transfer-encoding: chunked\r$/im.test(head)) {
      await this.until(() => this.received.indexOf("0\r\n\r\n", end) >= 0, "the last chunk");
      const stop = this.received.indexOf("0\r\n\r\n", end) + 5;
      body = this.received.slice(end, stop);
      this.received = this.received.slice(stop);
    } else {
      this.received = this.received.slice(end);
    }
    return { status, head, body };
  }

  close(): void {
    this.socket.destroy();
  }

  #changed(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

export interface RawResponse {
  readonly status: number;
  readonly head: string;
  /** As it came over the wire, chunk framing included. */
  readonly body: string;
}
