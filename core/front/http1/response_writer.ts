import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { BodySource } from "../../http/body.ts";
import type { BodyFraming } from "../../http/body_framing.ts";
import { ResponseStream } from "./response_stream.ts";
import type { SharedWrites } from "./shared_writes.ts";

/** What a writer tells its connection. */
export interface ResponseOwner {
  /** The kernel has the whole response; `bytes` of it were its body. */
  responseDone(bytes: number): void;
  /** The response can't be completed; what was written must not pass for complete. */
  responseFailed(error: Error): void;
  /** The client takes nothing for now; told again whenever it took something and stopped again. */
  responseBlocked(): void;
}

/** What streams call the encoding of bytes; given another one with bytes, a socket ends the process. */
const BYTES = "buffer" as BufferEncoding;

/** Writes the responses of one connection, one after the other. */
export class ResponseWriter {
  readonly #socket: Socket;
  readonly #owner: ResponseOwner;
  readonly #writes: SharedWrites;
  readonly #isTls: boolean;
  #stream: ResponseStream | undefined;
  #bytes = 0;
  #isBlocked = false;
  /** Whether a whole response is with the socket, past its stream's queue. */
  #isWriting = false;

  constructor(socket: Socket, owner: ResponseOwner, writes: SharedWrites) {
    this.#socket = socket;
    this.#owner = owner;
    this.#writes = writes;
    this.#isTls = (socket as Partial<TLSSocket>).encrypted === true;
    socket.on("drain", () => {
      this.#isBlocked = false;
      this.#stream?.drained();
    });
  }

  /** Whether bytes written wait for the client to take them. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Body bytes of the current response written so far. */
  get bytes(): number {
    return this.#stream?.sent ?? this.#bytes;
  }

  /** Sends an interim response, whole. Their number is bounded by whoever makes them. */
  sendInterim(message: string): void {
    this.#socket.write(message, "latin1");
  }

  /** Sends a whole response, of which `bytes` are its body. Text is Latin-1. */
  sendWhole(message: string, bytes: number): void {
    this.#bytes = bytes;
    if (!this.#isFree()) return this.#queue(message);
    this.#isWriting = true;
    this.#socket._write(message, "latin1", this.#written);
    if (this.#isWriting) this.blocked();
  }

  /** Sends a whole response of a head, in Latin-1, and a body. */
  sendBytes(head: string, body: Buffer): void {
    this.#bytes = body.length;
    if (!this.#isFree()) return this.#queue(Buffer.concat([Buffer.from(head, "latin1"), body]));
    this.#isWriting = true;
    this.#socket._write(this.#writes.join(head, body), BYTES, this.#written);
    if (!this.#isWriting) return;
    this.#writes.lend();
    this.blocked();
  }

  /** Nothing is before a message: the queue of the stream, and what it does behind each write, is not needed. */
  #isFree(): boolean {
    return !this.#isTls && this.#socket.writableLength === 0 && !this.#socket.writableEnded;
  }

  #queue(message: string | Buffer): void {
    if (this.#isTls) {
      // Never written at once: asking now saves the empty write that asks later.
      this.blocked();
      this.#socket.write(message, "latin1", this.#written);
      return;
    }
    this.#socket.write(message, "latin1");
    this.ended();
  }

  /** Sends a response whose body is still to come; what the source has at once goes out with the head. */
  sendStream(head: string, source: BodySource, framing: BodyFraming): void {
    const stream = new ResponseStream(this.#socket, this, source, framing);
    this.#stream = stream;
    this.#socket.cork();
    this.#socket.write(head, "latin1");
    stream.start();
    this.#socket.uncork();
    if (this.#socket.writableLength === 0) stream.taken();
  }

  /** The client has gone: the body's source is told. */
  cancel(): void {
    this.#stream?.cancel();
  }

  /** The last byte was written: waits until the kernel has it, which it mostly has at once. */
  ended(): void {
    // A socket destroyed takes writes without a word; its close event ends the exchange.
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength === 0) {
      this.#done();
      return;
    }
    this.blocked();
    this.#socket.write("", this.#written);
  }

  failed(error: Error): void {
    this.#owner.responseFailed(error);
  }

  blocked(): void {
    this.#isBlocked = true;
    this.#owner.responseBlocked();
  }

  /** Of a write that went by the stream's queue nobody else is told how it ended. */
  readonly #written = (error?: Error | null): void => {
    this.#isWriting = false;
    if (error != null) this.#socket.destroy(error);
    else if (!this.#socket.destroyed) this.#done();
  };

  #done(): void {
    const bytes = this.bytes;
    this.#stream = undefined;
    this.#bytes = 0;
    this.#isBlocked = false;
    this.#owner.responseDone(bytes);
  }
}
