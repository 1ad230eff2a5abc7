import type { ServerHttp2Stream } from "node:http2";
import type { BodySink, BodySource } from "../../http/body.ts";
import { HttpError } from "../../http/http_error.ts";

/** Bytes that a source may bring at once, before it knows whether the client takes them. */
const FIRST_PIECE = 262_144;
/** Milliseconds after which a source that has brought nothing is taken to be silent, as an event stream is. */
export const SILENT = 500;

/** What a response body tells its stream's owner. */
export interface StreamSinkOwner {
  /** The client takes no more for now. */
  responseBlocked(): void;
  /** It has taken that many bytes, and takes more. */
  responseDrained(bytes: number): void;
  /** The body failed; what was written must not pass for complete. */
  responseFailed(error: Error): void;
}

/** Writes one response body from its source to a stream, at the client's pace. */
export class StreamSink implements BodySink {
  readonly #stream: ServerHttp2Stream;
  readonly #owner: StreamSinkOwner;
  readonly #source: BodySource;
  #sent = 0;
  /** How many of them the client is known to have taken. */
  #taken = 0;
  #hasBegun = false;
  #startedAt = 0;
  #isOver = false;

  constructor(stream: ServerHttp2Stream, owner: StreamSinkOwner, source: BodySource) {
    this.#stream = stream;
    this.#owner = owner;
    this.#source = source;
  }

  /** Bytes kept because the client has not taken them, or those that will be in a moment. */
  get held(): number {
    if (this.#hasBegun || performance.now() - this.#startedAt >= SILENT) return this.#stream.writableLength;
    return Math.min(this.#source.length ?? FIRST_PIECE, FIRST_PIECE);
  }

  /** Bytes written. */
  get sent(): number {
    return this.#sent;
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#stream.on("drain", () => this.#drained());
    this.#source.start(this);
  }

  data(chunk: Buffer): boolean {
    if (this.#isOver) return false;
    this.#hasBegun = true;
    if (chunk.length === 0) return !this.#stream.writableNeedDrain;
    this.#sent += chunk.length;
    if (this.#source.length !== undefined && this.#sent > this.#source.length) {
      this.#source.cancel();
      this.fail(this.#mismatch());
      return false;
    }
    if (this.#stream.write(chunk)) return true;
    this.#owner.responseBlocked();
    return false;
  }

  end(): void {
    if (this.#isOver) return;
    if (this.#source.length !== undefined && this.#sent !== this.#source.length) {
      this.fail(this.#mismatch());
      return;
    }
    this.#isOver = true;
    this.#stream.end();
    this.#owner.responseBlocked();
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#owner.responseFailed(error);
  }

  /** The client has gone. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#source.cancel();
  }

  #drained(): void {
    if (this.#isOver) return;
    this.#owner.responseDrained(this.#sent - this.#taken);
    this.#taken = this.#sent;
    this.#source.resume();
  }

  #mismatch(): HttpError {
    const message = `sending a response body: ${this.#sent} bytes came, ${this.#source.length} were announced`;
    return new HttpError(502, "body_length_mismatch", message);
  }
}
