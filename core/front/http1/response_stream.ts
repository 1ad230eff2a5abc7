import type { Socket } from "node:net";
import type { BodySink, BodySource } from "../../http/body.ts";
import { type BodyFraming, CHUNKED } from "../../http/body_framing.ts";
import { HttpError } from "../../http/http_error.ts";

/** Chunks up to this many bytes are copied into one write with their framing; larger ones are gathered. */
const COPY_LIMIT = 16_384;

/** What a response body tells its writer. */
export interface StreamOwner {
  /** The last byte has been written. */
  ended(): void;
  /** The body failed; what was written must not pass for complete. */
  failed(error: Error): void;
  /** The client takes no more for now. */
  blocked(): void;
}

/** Writes one response body from its source to the client, framed, at the client's pace. */
export class ResponseStream implements BodySink {
  readonly #socket: Socket;
  readonly #owner: StreamOwner;
  readonly #source: BodySource;
  readonly #framing: BodyFraming;
  #sent = 0;
  #isOver = false;
  #isBlocked = false;

  constructor(socket: Socket, owner: StreamOwner, source: BodySource, framing: BodyFraming) {
    this.#socket = socket;
    this.#owner = owner;
    this.#source = source;
    this.#framing = framing;
  }

  /** Bytes of the body written. */
  get sent(): number {
    return this.#sent;
  }

  start(): void {
    this.#source.start(this);
  }

  data(chunk: Buffer): boolean {
    if (this.#isOver) return false;
    if (chunk.length === 0) return !this.#isBlocked;
    this.#sent += chunk.length;
    if (this.#framing >= 0 && this.#sent > this.#framing) {
      this.#source.cancel();
      this.fail(this.#mismatch());
      return false;
    }
    const isOpen = this.#framing === CHUNKED ? this.#writeChunk(chunk) : this.#socket.write(chunk);
    // The kernel may have taken all of it although it was more than the high-water mark.
    if (this.#socket.writableLength === 0) {
      this.#source.reuse?.();
      return true;
    }
    if (isOpen) return true;
    this.#isBlocked = true;
    this.#owner.blocked();
    return false;
  }

  end(): void {
    if (this.#isOver) return;
    if (this.#framing >= 0 && this.#sent !== this.#framing) {
      this.fail(this.#mismatch());
      return;
    }
    this.#isOver = true;
    if (this.#framing === CHUNKED) this.#socket.write("0\r\n\r\n", "latin1");
    this.#owner.ended();
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.failed(error);
  }

  /** The kernel has all that came up to now. */
  taken(): void {
    this.#source.reuse?.();
  }

  /** The socket has room again. */
  drained(): void {
    if (!this.#isBlocked) return;
    this.taken();
    this.#isBlocked = false;
    if (!this.#isOver) this.#source.resume();
  }

  /** The client has gone. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#source.cancel();
  }

  #writeChunk(chunk: Buffer): boolean {
    const size = `${chunk.length.toString(16)}\r\n`;
    if (chunk.length <= COPY_LIMIT) {
      const framed = Buffer.allocUnsafe(size.length + chunk.length + 2);
      framed.write(size, 0, "latin1");
      chunk.copy(framed, size.length);
      framed.write("\r\n", size.length + chunk.length, "latin1");
      return this.#socket.write(framed);
    }
    this.#socket.cork();
    this.#socket.write(size, "latin1");
    this.#socket.write(chunk);
    const isOpen = this.#socket.write("\r\n", "latin1");
    this.#socket.uncork();
    return isOpen;
  }

  #mismatch(): HttpError {
    const message = `sending a response body: ${this.#sent} bytes came, ${this.#framing} were announced`;
    return new HttpError(502, "body_length_mismatch", message);
  }
}
