import type { Writable } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { BodySink, BodySource } from "../../http/body.ts";

/** What happens to a request on its way out. */
export interface RequestWriterEvents {
  /** Bytes of the body moved. `stalled`: the socket must take them before more can be sent. */
  requestProgress(stalled: boolean): void;
  /** The whole request is with the socket; perhaps before `write` returns. */
  requestSent(): void;
  /** The body broke off or did not keep to its length; the request can only be cut off. */
  requestFailed(error: Error): void;
}

/** Writes one request at a time to a socket, as fast as the socket takes it. */
export class Http1RequestWriter implements BodySink {
  readonly #socket: Writable;
  readonly #isTls: boolean;
  readonly #events: RequestWriterEvents;
  #body: BodySource | undefined;
  /** Bytes of a body of known length still to come; undefined for a chunked one. */
  #remaining: number | undefined;
  #chunkOpen = false;
  #stalled = false;
  #sending = false;
  /** Whether a head is with the socket, past its stream's queue. */
  #isWriting = false;
  /** Whether bytes go out as they are, and their end is the connection's. */
  #tunnels = false;

  constructor(socket: Writable, events: RequestWriterEvents) {
    this.#socket = socket;
    this.#isTls = (socket as Partial<TLSSocket>).encrypted === true;
    this.#events = events;
  }

  /** Whether part of the last request has yet to leave this process. */
  get unfinished(): boolean {
    return this.#sending || this.#isWriting || this.#socket.writableLength > 0;
  }

  /** Sends a head made by `http1RequestHead` and begins with the body. */
  write(head: string, body: BodySource | undefined): void {
    if (body === undefined) {
      this.#writeHead(head);
      this.#events.requestSent();
      return;
    }
    this.#body = body;
    this.#remaining = body.length;
    this.#chunkOpen = false;
    this.#stalled = false;
    this.#sending = true;
    // What of the body is at hand leaves together with the head, in one system call.
    this.#socket.cork();
    this.#socket.write(head, "latin1");
    body.start(this);
    this.#socket.uncork();
  }

  /** The connection has switched protocols: sends these bytes as they are, and ends our side behind them. */
  tunnel(source: BodySource): void {
    this.#body = source;
    this.#remaining = Number.POSITIVE_INFINITY;
    this.#stalled = false;
    this.#sending = true;
    this.#tunnels = true;
    source.start(this);
  }

  data(chunk: Buffer): boolean {
    if (!this.#sending || chunk.length === 0) return true;
    if (this.#remaining === undefined) this.#stalled = !this.#writeChunk(chunk);
    else {
      this.#remaining -= chunk.length;
      if (this.#remaining < 0) {
        this.#fail(new Error("request body is longer than the length it declared"));
        return false;
      }
      this.#stalled = !this.#socket.write(chunk);
    }
    this.#events.requestProgress(this.#stalled);
    return !this.#stalled;
  }

  end(): void {
    if (!this.#sending) return;
    if (this.#tunnels) this.#socket.end();
    else if (this.#remaining !== undefined && this.#remaining > 0) {
      this.#fail(new Error(`request body ended ${this.#remaining} bytes before the length it declared`));
      return;
    }
    if (this.#remaining === undefined)
      this.#socket.write(this.#chunkOpen ? "\r\n0\r\n\r\n" : "0\r\n\r\n", "latin1");
    this.#sending = false;
    this.#body = undefined;
    this.#events.requestSent();
  }

  fail(error: Error): void {
    if (!this.#sending) return;
    this.#body = undefined;
    this.#sending = false;
    this.#events.requestFailed(error);
  }

  /** The socket has taken what it held. */
  drained(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    if (!this.#sending) return;
    this.#events.requestProgress(false);
    this.#body?.resume();
  }

  /** Sends no more of the body and ends its source. The connection is of no further use for requests. */
  stop(): void {
    const body = this.#body;
    this.#body = undefined;
    this.#sending = false;
    body?.cancel();
  }

  /** The whole request: nothing is before it, so the queue of the stream, and what it does behind each write, is not needed. */
  #writeHead(head: string): void {
    if (this.#isTls || this.#socket.writableLength > 0) {
      this.#socket.write(head, "latin1");
      return;
    }
    this.#isWriting = true;
    this.#socket._write(head, "latin1", this.#written);
  }

  /** Of a write that went by the stream's queue nobody else is told how it ended. */
  readonly #written = (error?: Error | null): void => {
    this.#isWriting = false;
    if (error != null) this.#socket.destroy(error);
  };

  /** The line end that closes a chunk goes out with the next size line: two writes a chunk, one system call. */
  #writeChunk(chunk: Buffer): boolean {
    const size = chunk.length.toString(16);
    this.#socket.cork();
    this.#socket.write(this.#chunkOpen ? `\r\n${size}\r\n` : `${size}\r\n`, "latin1");
    const more = this.#socket.write(chunk);
    this.#socket.uncork();
    this.#chunkOpen = true;
    return more;
  }

  #fail(error: Error): void {
    this.stop();
    this.#events.requestFailed(error);
  }
}
