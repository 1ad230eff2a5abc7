import type { BodySink, BodySource } from "./body.ts";
import { tooLargeToRead } from "./read_body.ts";

/**
 * A body whose beginning may be read into memory before it is sent on: it is then given out from its start again, and
 * what had not been read comes behind it. Holds no more than what was read.
 */
export class PeekedBody implements BodySource, BodySink {
  readonly length: number | undefined;
  readonly #source: BodySource;
  #chunks: Buffer[] = [];
  #size = 0;
  #limit = 0;
  #begun = false;
  #isComplete = false;
  #failure: Error | undefined;
  #sink: BodySink | undefined;
  #reading: PromiseWithResolvers<Buffer> | undefined;

  constructor(source: BodySource) {
    this.#source = source;
    this.length = source.length;
  }

  /**
   * The whole body. Called once, before `start`. Fails with `HttpError` 413 when it has more than `limit` bytes; then it
   * may be started still.
   */
  read(limit: number): Promise<Buffer> {
    if (this.length !== undefined && this.length > limit) {
      return Promise.reject(tooLargeToRead(limit, this.length));
    }
    this.#limit = limit;
    this.#reading = Promise.withResolvers();
    this.#begun = true;
    this.#source.start(this);
    return this.#reading.promise;
  }

  start(sink: BodySink): void {
    if (!this.#begun) return this.#source.start(sink);
    this.#sink = sink;
    this.resume();
  }

  resume(): void {
    const sink = this.#sink;
    if (sink === undefined) return this.#source.resume();
    while (this.#chunks.length > 0) if (!sink.data(this.#chunks.shift()!)) return;
    if (this.#failure !== undefined) sink.fail(this.#failure);
    else if (this.#isComplete) sink.end();
    else this.#source.resume();
  }

  cancel(): void {
    this.#chunks = [];
    this.#source.cancel();
  }

  data(chunk: Buffer): boolean {
    if (this.#sink !== undefined && this.#chunks.length === 0) return this.#sink.data(chunk);
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size <= this.#limit) return true;
    this.#reading?.reject(tooLargeToRead(this.#limit, this.#size));
    return false;
  }

  end(): void {
    this.#isComplete = true;
    if (this.#sink !== undefined) return this.resume();
    this.#reading?.resolve(Buffer.concat(this.#chunks, this.#size));
  }

  fail(error: Error): void {
    this.#failure = error;
    if (this.#sink !== undefined) this.resume();
    this.#reading?.reject(error);
  }
}
