import type { ServerHttp2Stream } from "node:http2";
import type { BodySink, BodySource } from "../../http/body.ts";
import { HttpError } from "../../http/http_error.ts";

/** What a request body tells its stream's owner. */
export interface StreamBodyOwner {
  /** The client is waited for. */
  bodyWanted(): void;
  /** The client is not waited for any more. */
  bodyPaused(): void;
  /** Bytes came. */
  bodyReceived(bytes: number): void;
}

/** The body of a request of HTTP/2. What is not taken stays in the stream's window, so the client stops. */
export class StreamBody implements BodySource {
  readonly length: number | undefined;
  readonly #stream: ServerHttp2Stream;
  readonly #limit: number;
  readonly #owner: StreamBodyOwner;
  #sink: BodySink | undefined;
  #received = 0;
  #isOver = false;
  #failure: Error | undefined;

  /** `limit`: bytes the body may have. */
  constructor(stream: ServerHttp2Stream, length: number | undefined, limit: number, owner: StreamBodyOwner) {
    this.#stream = stream;
    this.length = length;
    this.#limit = limit;
    this.#owner = owner;
  }

  /** Whether it was received wholly, or failed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether its sink would take bytes now. */
  get wants(): boolean {
    return this.#sink !== undefined && !this.#stream.isPaused();
  }

  /** Whether any of it has come. */
  get hasBegun(): boolean {
    return this.#received > 0 || this.#stream.readableLength > 0;
  }

  start(sink: BodySink): void {
    if (this.#failure !== undefined) {
      sink.fail(this.#failure);
      return;
    }
    this.#sink = sink;
    this.#owner.bodyWanted();
    this.#stream.on("data", (chunk: Buffer) => this.#data(chunk));
    this.#stream.on("end", () => this.#end());
  }

  resume(): void {
    if (this.#sink === undefined || !this.#stream.isPaused()) return;
    this.#owner.bodyWanted();
    this.#stream.resume();
  }

  cancel(): void {
    if (this.#sink === undefined) return;
    this.#sink = undefined;
    this.#owner.bodyPaused();
    // Nobody takes more, and the client sends no more than the window lets it.
    this.#stream.pause();
  }

  /** No more of the body will come. */
  fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = error;
    const sink = this.#sink;
    this.#sink = undefined;
    this.#owner.bodyPaused();
    sink?.fail(error);
  }

  /** The response is out: what is left of the body goes nowhere. */
  discard(): void {
    this.fail(
      new HttpError(499, "response_complete", "reading a request body: the response was complete before it"),
    );
  }

  #data(chunk: Buffer): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    this.#received += chunk.length;
    if (this.#received > this.#limit) {
      this.#stream.pause();
      this.fail(new HttpError(413, "body_too_large", `reading a request body: over ${this.#limit} bytes`));
      return;
    }
    this.#owner.bodyReceived(chunk.length);
    if (sink.data(chunk) || this.#sink === undefined || this.#isOver) return;
    this.#owner.bodyPaused();
    this.#stream.pause();
  }

  /** A stream that was reset ends in the same way as one that is complete. */
  #end(): void {
    if (this.#isOver) return;
    if (this.#stream.aborted || (this.length !== undefined && this.#received < this.length)) {
      this.fail(new HttpError(499, "client_closed", "reading a request body: the client reset its stream"));
      return;
    }
    this.#isOver = true;
    const sink = this.#sink;
    this.#sink = undefined;
    this.#owner.bodyPaused();
    sink?.end();
  }
}
