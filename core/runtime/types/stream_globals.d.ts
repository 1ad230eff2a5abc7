/**
 * Streams: bodies piece by piece (Streams standard). Part of `lodestone.d.ts`.
 *
 * A body's bytes enter the isolate only when a script reads its stream. A stream that nobody has read is passed on
 * whole: `new Response(response.body, response)` costs what it cost if the script had never seen the body.
 */

/** When a stream has enough waiting. */
interface QueuingStrategy<T = unknown> {
  /** What may wait before nothing more is asked for; 1 unless given, for a stream of bytes 0. */
  highWaterMark?: number;
  /** What a piece counts; 1 unless given. */
  size?: (piece: T) => number;
}

interface QueuingStrategyInit {
  highWaterMark: number;
}

/** Counts pieces. */
declare class CountQueuingStrategy implements QueuingStrategy {
  constructor(init: QueuingStrategyInit);
  readonly highWaterMark: number;
  readonly size: (piece?: unknown) => 1;
}

/** Counts bytes. */
declare class ByteLengthQueuingStrategy implements QueuingStrategy<ArrayBufferView> {
  constructor(init: QueuingStrategyInit);
  readonly highWaterMark: number;
  readonly size: (piece: ArrayBufferView) => number;
}

/** Where the pieces of a stream come from. */
interface UnderlyingSource<R = unknown> {
  type?: undefined;
  start?(controller: ReadableStreamDefaultController<R>): unknown;
  /** Called when there is room for more; not again before what it returns is settled. */
  pull?(controller: ReadableStreamDefaultController<R>): void | PromiseLike<void>;
  /** Nobody wants more. For the body of a response: the client has left. */
  cancel?(reason?: unknown): void | PromiseLike<void>;
}

/** The same for a stream of bytes. */
interface UnderlyingByteSource {
  type: "bytes";
  /** Bytes of the buffer that a reader without one of its own is given. */
  autoAllocateChunkSize?: number;
  start?(controller: ReadableByteStreamController): unknown;
  pull?(controller: ReadableByteStreamController): void | PromiseLike<void>;
  cancel?(reason?: unknown): void | PromiseLike<void>;
}

interface StreamPipeOptions {
  /** Leave the destination open when the source ends. */
  preventClose?: boolean;
  preventAbort?: boolean;
  preventCancel?: boolean;
  signal?: AbortSignal;
}

/** Both ends of something that makes pieces of other ones. */
interface ReadableWritablePair<R = unknown, W = unknown> {
  readonly readable: ReadableStream<R>;
  readonly writable: WritableStream<W>;
}

interface ReadableStreamIterator<R> extends AsyncIterableIterator<R, undefined> {
  [Symbol.asyncIterator](): ReadableStreamIterator<R>;
}

/**
 * A stream to read from. The body of a response must be one of Uint8Arrays; pipe text through a TextEncoderStream.
 *
 *     const ticks = new ReadableStream({
 *       async pull(controller) {
 *         await scheduler.wait(1000);
 *         controller.enqueue(`data: ${Date.now()}\n\n`);
 *       },
 *     });
 *     return new Response(ticks.pipeThrough(new TextEncoderStream()), {
 *       headers: { "content-type": "text/event-stream" },
 *     });
 */
declare class ReadableStream<R = unknown> {
  constructor(source: UnderlyingByteSource, strategy?: { highWaterMark?: number });
  constructor(source?: UnderlyingSource<R>, strategy?: QueuingStrategy<R>);
  /** What an iterable gives, one piece for each value. */
  static from<R>(iterable: Iterable<R> | AsyncIterable<R>): ReadableStream<R>;
  /** Whether a reader or a pipe has it. */
  readonly locked: boolean;
  /** Nobody wants more. Rejects with a TypeError when it is locked. */
  cancel(reason?: unknown): Promise<void>;
  /** @throws TypeError when it is locked. */
  getReader(options: { mode: "byob" }): ReadableStreamBYOBReader;
  getReader(options?: { mode?: undefined }): ReadableStreamDefaultReader<R>;
  /** Returns the readable end of the transform. */
  pipeThrough<T>(transform: ReadableWritablePair<T, R>, options?: StreamPipeOptions): ReadableStream<T>;
  /** Resolves when everything has been written. */
  pipeTo(destination: WritableStream<R>, options?: StreamPipeOptions): Promise<void>;
  /** Two streams of the same pieces, which wait in memory for the slower reader. */
  tee(): [ReadableStream<R>, ReadableStream<R>];
  values(options?: { preventCancel?: boolean }): ReadableStreamIterator<R>;
  [Symbol.asyncIterator](options?: { preventCancel?: boolean }): ReadableStreamIterator<R>;
}

type ReadableStreamReadResult<T> = { done: false; value: T } | { done: true; value: T | undefined };

declare class ReadableStreamDefaultReader<R = unknown> {
  constructor(stream: ReadableStream<R>);
  /** Resolves at the end, rejects with what the stream fails with. */
  readonly closed: Promise<undefined>;
  read(): Promise<ReadableStreamReadResult<R>>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

/** Reads a stream of bytes into buffers of its own. */
declare class ReadableStreamBYOBReader {
  constructor(stream: ReadableStream);
  readonly closed: Promise<undefined>;
  /** The buffer is taken away; what comes is a view of its memory. */
  read<T extends ArrayBufferView>(view: T, options?: { min?: number }): Promise<ReadableStreamReadResult<T>>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

declare class ReadableStreamDefaultController<R = unknown> {
  private constructor();
  readonly desiredSize: number | null;
  enqueue(piece?: R): void;
  close(): void;
  error(reason?: unknown): void;
}

declare class ReadableByteStreamController {
  private constructor();
  readonly byobRequest: ReadableStreamBYOBRequest | null;
  readonly desiredSize: number | null;
  enqueue(piece: ArrayBufferView): void;
  close(): void;
  error(reason?: unknown): void;
}

declare class ReadableStreamBYOBRequest {
  private constructor();
  readonly view: ArrayBufferView<ArrayBuffer> | null;
  respond(bytesWritten: number): void;
  respondWithNewView(view: ArrayBufferView): void;
}

/** Where the pieces of a stream go. */
interface UnderlyingSink<W = unknown> {
  type?: undefined;
  start?(controller: WritableStreamDefaultController): unknown;
  write?(piece: W, controller: WritableStreamDefaultController): void | PromiseLike<void>;
  close?(): void | PromiseLike<void>;
  abort?(reason?: unknown): void | PromiseLike<void>;
}

/** A stream to write to. */
declare class WritableStream<W = unknown> {
  constructor(sink?: UnderlyingSink<W>, strategy?: QueuingStrategy<W>);
  readonly locked: boolean;
  abort(reason?: unknown): Promise<void>;
  close(): Promise<void>;
  getWriter(): WritableStreamDefaultWriter<W>;
}

declare class WritableStreamDefaultWriter<W = unknown> {
  constructor(stream: WritableStream<W>);
  readonly closed: Promise<undefined>;
  /** Resolves when there is room. */
  readonly ready: Promise<undefined>;
  readonly desiredSize: number | null;
  write(piece?: W): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

declare class WritableStreamDefaultController {
  private constructor();
  readonly signal: AbortSignal;
  error(reason?: unknown): void;
}

/** What a TransformStream does with each piece. */
interface Transformer<I = unknown, O = unknown> {
  start?(controller: TransformStreamDefaultController<O>): unknown;
  transform?(piece: I, controller: TransformStreamDefaultController<O>): void | PromiseLike<void>;
  flush?(controller: TransformStreamDefaultController<O>): void | PromiseLike<void>;
  cancel?(reason?: unknown): void | PromiseLike<void>;
}

/**
 * Makes pieces of other ones; passes them on unchanged without a transformer.
 *
 *     const shout = new TransformStream<string, string>({
 *       transform: (text, controller) => controller.enqueue(text.toUpperCase()),
 *     });
 *     const body = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(shout);
 *     return new Response(body.pipeThrough(new TextEncoderStream()), response);
 */
declare class TransformStream<I = unknown, O = unknown> implements ReadableWritablePair<O, I> {
  constructor(transformer?: Transformer<I, O>, writable?: QueuingStrategy<I>, readable?: QueuingStrategy<O>);
  readonly readable: ReadableStream<O>;
  readonly writable: WritableStream<I>;
}

declare class TransformStreamDefaultController<O = unknown> {
  private constructor();
  readonly desiredSize: number | null;
  enqueue(piece?: O): void;
  error(reason?: unknown): void;
  terminate(): void;
}

/** Text to UTF-8; a pair of surrogates may be cut between two pieces. */
declare class TextEncoderStream implements ReadableWritablePair<Uint8Array<ArrayBuffer>, string> {
  constructor();
  /** Always "utf-8". */
  readonly encoding: string;
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<string>;
}

/** Bytes to text; a character may be cut between two pieces. See TextDecoder. */
declare class TextDecoderStream implements ReadableWritablePair<string, ArrayBuffer | ArrayBufferView> {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<ArrayBuffer | ArrayBufferView>;
}
