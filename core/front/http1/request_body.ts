import type { HttpConfig } from "../../config/config.ts";
import type { BodySink, BodySource } from "../../http/body.ts";
import { BodyDecoder } from "../../http/body_decoder.ts";
import type { BodyFraming } from "../../http/body_framing.ts";
import { HttpError } from "../../http/http_error.ts";

/** What a request body asks of its connection. */
export interface BodyOwner {
  /** Bytes are wanted: from what is held, then from the socket. */
  bodyWanted(): void;
}

/** The body of one request, taken off the connection only as fast as its sink wants. */
export class RequestBody implements BodySource {
  readonly length: number | undefined;
  readonly #decoder: BodyDecoder;
  readonly #owner: BodyOwner;
  #sink: BodySink | undefined;
  #isStarted = false;
  #isPaused = false;
  #resumedMeanwhile = false;
  #failure: Error | undefined;
  /** Stands between decoder and sink, because the sink may cancel while a chunk is decoded. */
  readonly #intake: BodySink = {
    data: (chunk) => this.#sink === undefined || this.#sink.data(chunk),
    end: () => this.#end(),
    fail: () => {},
  };

  /** `limits`: bytes the body may have, and what frames it. */
  constructor(framing: BodyFraming, limits: HttpConfig, owner: BodyOwner) {
    this.length = framing >= 0 ? framing : undefined;
    this.#decoder = new BodyDecoder(framing, limits.body, 400, limits);
    this.#owner = owner;
  }

  start(sink: BodySink): void {
    this.#isStarted = true;
    if (this.#failure !== undefined) {
      sink.fail(this.#failure);
      return;
    }
    this.#sink = sink;
    this.#owner.bodyWanted();
  }

  resume(): void {
    this.#resumedMeanwhile = true;
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#owner.bodyWanted();
  }

  cancel(): void {
    this.#sink = undefined;
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Whether its sink would take bytes now. */
  get wants(): boolean {
    return this.#sink !== undefined && !this.#isPaused && !this.isOver;
  }

  /** Whether every byte has been taken off the connection. */
  get isDone(): boolean {
    return this.#decoder.done;
  }

  /** Whether no more of it will be read, because it has ended or failed. */
  get isOver(): boolean {
    return this.#failure !== undefined || this.#decoder.done;
  }

  /** Bytes still to come; undefined when only the end will tell. */
  get remaining(): number | undefined {
    return this.length === undefined ? undefined : this.length - this.#decoder.received;
  }

  /** Bytes taken so far. */
  get received(): number {
    return this.#decoder.received;
  }

  /** Passes bytes on to the sink, or nowhere without one. Returns the offset behind them. Throws `HttpError`. */
  take(chunk: Buffer, offset: number): number {
    this.#resumedMeanwhile = false;
    const next = this.#decoder.decode(chunk, offset, this.#intake);
    this.#isPaused = this.#decoder.paused && !this.#resumedMeanwhile;
    return next;
  }

  /** The connection ended: the body has failed unless it is complete. */
  inputEnded(): void {
    if (this.isOver) return;
    const message = `reading a request body: the client ended it after ${this.received} bytes`;
    this.fail(new HttpError(400, "body_incomplete", message));
  }

  /** No more of the body will come. */
  fail(error: Error): void {
    if (this.isOver) return;
    this.#failure = error;
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.fail(error);
  }

  /** The response is out: what is left of the body goes nowhere. */
  discard(): void {
    const message = "reading a request body: the response was complete before it";
    this.fail(new HttpError(499, "response_complete", message));
  }

  #end(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end();
  }
}
