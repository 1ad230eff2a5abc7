import type { BodySink } from "./body.ts";
import { type BodyFraming, CHUNKED, UNTIL_CLOSE } from "./body_framing.ts";
import { ChunkedDecoder, type ChunkLimits } from "./chunked_decoder.ts";
import { HttpError } from "./http_error.ts";

/**
 * Takes one body out of the bytes of a connection and hands it to a sink.
 *
 * The caller keeps what `decode` did not consume: bytes behind the body, or the rest of a chunk when the sink
 * wants no more (`paused`), to be given again from that offset once the sink resumes.
 */
export class BodyDecoder {
  readonly #status: number;
  readonly #limit: number;
  readonly #chunked: ChunkedDecoder | undefined;
  /** Bytes still to come; Infinity until the connection closes. */
  #remaining: number;
  #received = 0;
  #done: boolean;
  #paused = false;

  /**
   * `limit`: bytes the body may have; above it `decode` throws 413. `malformedStatus`: status of the errors
   * about bad framing, 400 for clients, 502 for backends. `chunks`: limits of what frames a chunked body.
   */
  constructor(framing: BodyFraming, limit: number, malformedStatus = 400, chunks?: ChunkLimits) {
    this.#limit = limit;
    this.#status = malformedStatus;
    this.#chunked = framing === CHUNKED ? new ChunkedDecoder(malformedStatus, chunks) : undefined;
    this.#remaining = framing === UNTIL_CLOSE ? Number.POSITIVE_INFINITY : Math.max(framing, 0);
    this.#done = framing === 0;
  }

  /** Whether the body has ended. */
  get done(): boolean {
    return this.#done;
  }

  /** Whether the sink's last `data` returned false. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Bytes of the body so far, without chunk framing. */
  get received(): number {
    return this.#received;
  }

  /**
   * Takes the bytes of `chunk` from `offset` on, calls `sink.data` and, at the end, `sink.end`. Returns the
   * offset behind what was consumed. Throws `HttpError` on bad framing and above the limit; the sink has then
   * to be failed by the caller.
   */
  decode(chunk: Buffer, offset: number, sink: BodySink): number {
    this.#paused = false;
    return this.#chunked === undefined
      ? this.#decodePlain(chunk, offset, sink)
      : this.#decodeChunked(this.#chunked, chunk, offset, sink);
  }

  /** The connection was closed by the peer: ends a body that lasts until then, fails any other unfinished one. */
  finish(sink: BodySink): void {
    if (this.#done) return;
    this.#done = true;
    if (this.#remaining === Number.POSITIVE_INFINITY) {
      sink.end();
      return;
    }
    const message = `reading a body: the connection was closed after ${this.#received} bytes`;
    sink.fail(new HttpError(this.#status, "body_incomplete", message));
  }

  #decodePlain(chunk: Buffer, offset: number, sink: BodySink): number {
    const count = Math.min(chunk.length - offset, this.#remaining);
    if (count === 0) return offset;
    this.#remaining -= count;
    this.#done = this.#remaining === 0;
    this.#pass(chunk, offset, offset + count, sink);
    if (this.#done) sink.end();
    return offset + count;
  }

  #decodeChunked(chunked: ChunkedDecoder, chunk: Buffer, offset: number, sink: BodySink): number {
    let index = offset;
    while (index < chunk.length && !this.#done && !this.#paused) {
      if (chunked.remaining > 0) {
        const end = Math.min(chunk.length, index + chunked.remaining);
        chunked.remaining -= end - index;
        this.#pass(chunk, index, end, sink);
        index = end;
      } else {
        index = chunked.readFraming(chunk, index);
        if (chunked.remaining > this.#limit - this.#received) throw this.#tooLarge();
        if (chunked.done) {
          this.#done = true;
          sink.end();
        }
      }
    }
    return index;
  }

  #pass(chunk: Buffer, from: number, to: number, sink: BodySink): void {
    this.#received += to - from;
    if (this.#received > this.#limit) throw this.#tooLarge();
    const whole = from === 0 && to === chunk.length;
    this.#paused = !sink.data(whole ? chunk : chunk.subarray(from, to));
  }

  #tooLarge(): HttpError {
    return new HttpError(413, "body_too_large", `reading a body: over ${this.#limit} bytes`);
  }
}
