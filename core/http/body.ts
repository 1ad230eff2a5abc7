/**
 * Bodies on their way through the proxy.
 *
 * A push interface with pause and resume, because that is what sockets do: at full speed a chunk costs one
 * call and no promise. Nothing is buffered because the receiver is slow: the receiver says so and the source
 * stops reading.
 */

/** Receives one body. Exactly one of `end` and `fail` is called, once, and nothing after it. */
export interface BodySink {
  /**
   * Takes the next bytes; the chunk belongs to the sink from now on, and the source leaves it alone unless the sink calls `reuse`.
   * Returns false when the sink wants no more until it has called `resume` on the source.
   */
  data(chunk: Buffer): boolean;
  /** The body is complete. */
  end(): void;
  /** The body ended early; what came so far must not pass for complete. */
  fail(error: Error): void;
}

/** Delivers one body to one sink. */
export interface BodySource {
  /** Bytes that will come, or undefined when only the end will tell. */
  readonly length: number | undefined;
  /** Begins delivery, once. The source may call the sink before `start` returns. */
  start(sink: BodySink): void;
  /**
   * The whole body, to whom it belongs from now on, instead of `start`; undefined when it is not at hand, or no more to be had.
   * Sources that never have it leave this out.
   */
  takeWhole?(): Buffer | undefined;
  /** Goes on after the sink's `data` returned false. Harmless when not paused. */
  resume(): void;
  /**
   * The sink has no more use for any chunk it was given so far: their memory may serve again. Called by sinks that know, for
   * sources that care.
   */
  reuse?(): void;
  /** Ends delivery for good and frees what the source holds; the sink is not called again. Idempotent. */
  cancel(): void;
}

/** What a response may carry: UTF-8 text, bytes, something still to come, or nothing. */
export type ResponseBody = string | Uint8Array | BodySource | undefined;

/** Tells a body that is still to come from one at hand. */
export function isBodySource(body: ResponseBody | null): body is BodySource {
  return typeof body === "object" && body !== null && "start" in body;
}

/** Bytes of a body; undefined when there is none, or when only its end will tell. */
export function bodyLength(body: ResponseBody): number | undefined {
  if (body === undefined) return undefined;
  return typeof body === "string" ? Buffer.byteLength(body) : body.length;
}

/** The same bytes, not a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Lets go of a body that nobody will send. */
export function cancelBody(body: ResponseBody | null): void {
  if (isBodySource(body)) body.cancel();
}
