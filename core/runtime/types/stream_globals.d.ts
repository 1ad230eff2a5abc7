/**
 * Streams: bodies piece by piece (Streams standard). Part of `lodestone.d.ts`.
 *
 * A body's bytes enter the isolate only when a script reads its stream. A stream that nobody has read is passed on
 * whole: `new Response(response.body, response)` costs what it cost if the script had never seen the body.
 */

/** When a stream has enough waiting. */
interface QueuingStrategy<T = any> {
  /** What may wait before nothing more is asked for; 1 unless given, for a stream of bytes 0. */
  highWaterMark?: number;
  /** What a piece counts; 1 unless given. */
  size?: (piece: T) => number;
}

interface QueuingStrategyInit {
  highWaterMark: number;
}

/** Counts pieces. */
interface CountQueuingStrategy extends QueuingStrategy {
  readonly highWaterMark: number;
  readonly size: (piece?: unknown) => 1;
}
declare var CountQueuingStrategy: {
  readonly prototype: CountQueuingStrategy;
  new (init: QueuingStrategyInit): CountQueuingStrategy;
};

/** Counts bytes. */
interface ByteLengthQueuingStrategy extends QueuingStrategy<ArrayBufferView> {
  readonly highWaterMark: number;
  readonly size: (piece: ArrayBufferView) => number;
}
declare var ByteLengthQueuingStrategy: {
  readonly prototype: ByteLengthQueuingStrategy;
  new (init: QueuingStrategyInit): ByteLengthQueuingStrategy;
};

/** Where the pieces of a stream come from. */
interface UnderlyingSource<R = any> {
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
interface ReadableWritablePair<R = any, W = any> {
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
interface ReadableStream<R = any> {
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
declare var ReadableStream: {
  readonly prototype: ReadableStream<any>;
  new <R = any>(source: UnderlyingByteSource, strategy?: { highWaterMark?: number }): ReadableStream<R>;
  new <R = any>(source?: UnderlyingSource<R>, strategy?: QueuingStrategy<R>): ReadableStream<R>;
  /** What an iterable gives, one piece for each value. */
  from<R>(iterable: Iterable<R> | AsyncIterable<R>): ReadableStream<R>;
};

type ReadableStreamReadResult<T> = { done: false; value: T } | { done: true; value: T | undefined };

interface ReadableStreamDefaultReader<R = any> {
  /** Resolves at the end, rejects with what the stream fails with. */
  readonly closed: Promise<undefined>;
  read(): Promise<ReadableStreamReadResult<R>>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
declare var ReadableStreamDefaultReader: {
  readonly prototype: ReadableStreamDefaultReader<any>;
  new <R = any>(stream: ReadableStream<R>): ReadableStreamDefaultReader<R>;
};

/** Reads a stream of bytes into buffers of its own. */
interface ReadableStreamBYOBReader {
  readonly closed: Promise<undefined>;
  /** The buffer is taken away; what comes is a view of its memory. */
  read<T extends ArrayBufferView>(view: T, options?: { min?: number }): Promise<ReadableStreamReadResult<T>>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
declare var ReadableStreamBYOBReader: {
  readonly prototype: ReadableStreamBYOBReader;
  new (stream: ReadableStream): ReadableStreamBYOBReader;
};

interface ReadableStreamDefaultController<R = any> {
  readonly desiredSize: number | null;
  enqueue(piece?: R): void;
  close(): void;
  error(reason?: unknown): void;
}
declare var ReadableStreamDefaultController: abstract new () => ReadableStreamDefaultController<any>;

interface ReadableByteStreamController {
  readonly byobRequest: ReadableStreamBYOBRequest | null;
  readonly desiredSize: number | null;
  enqueue(piece: ArrayBufferView): void;
  close(): void;
  error(reason?: unknown): void;
}
declare var ReadableByteStreamController: abstract new () => ReadableByteStreamController;

interface ReadableStreamBYOBRequest {
  readonly view: ArrayBufferView<ArrayBuffer> | null;
  respond(bytesWritten: number): void;
  respondWithNewView(view: ArrayBufferView): void;
}
declare var ReadableStreamBYOBRequest: abstract new () => ReadableStreamBYOBRequest;

/** Where the pieces of a stream go. */
interface UnderlyingSink<W = any> {
  type?: undefined;
  start?(controller: WritableStreamDefaultController): unknown;
  write?(piece: W, controller: WritableStreamDefaultController): void | PromiseLike<void>;
  close?(): void | PromiseLike<void>;
  abort?(reason?: unknown): void | PromiseLike<void>;
}

/** A stream to write to. */
interface WritableStream<W = any> {
  readonly locked: boolean;
  abort(reason?: unknown): Promise<void>;
  close(): Promise<void>;
  getWriter(): WritableStreamDefaultWriter<W>;
}
declare var WritableStream: {
  readonly prototype: WritableStream<any>;
  new <W = any>(sink?: UnderlyingSink<W>, strategy?: QueuingStrategy<W>): WritableStream<W>;
};

interface WritableStreamDefaultWriter<W = any> {
  readonly closed: Promise<undefined>;
  /** Resolves when there is room. */
  readonly ready: Promise<undefined>;
  readonly desiredSize: number | null;
  write(piece?: W): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
declare var WritableStreamDefaultWriter: {
  readonly prototype: WritableStreamDefaultWriter<any>;
  new <W = any>(stream: WritableStream<W>): WritableStreamDefaultWriter<W>;
};

interface WritableStreamDefaultController {
  readonly signal: AbortSignal;
  error(reason?: unknown): void;
}
declare var WritableStreamDefaultController: abstract new () => WritableStreamDefaultController;

/** What a TransformStream does with each piece. */
interface Transformer<I = any, O = any> {
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
interface TransformStream<I = any, O = any> extends ReadableWritablePair<O, I> {
  readonly readable: ReadableStream<O>;
  readonly writable: WritableStream<I>;
}
declare var TransformStream: {
  readonly prototype: TransformStream<any, any>;
  new <I = any, O = any>(
    transformer?: Transformer<I, O>,
    writable?: QueuingStrategy<I>,
    readable?: QueuingStrategy<O>,
  ): TransformStream<I, O>;
};

interface TransformStreamDefaultController<O = any> {
  readonly desiredSize: number | null;
  enqueue(piece?: O): void;
  error(reason?: unknown): void;
  terminate(): void;
}
declare var TransformStreamDefaultController: abstract new () => TransformStreamDefaultController<any>;

/** Text to UTF-8; a pair of surrogates may be cut between two pieces. */
interface TextEncoderStream extends ReadableWritablePair<Uint8Array<ArrayBuffer>, string> {
  /** Always "utf-8". */
  readonly encoding: string;
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<string>;
}
declare var TextEncoderStream: {
  readonly prototype: TextEncoderStream;
  new (): TextEncoderStream;
};

/** Bytes to text; a character may be cut between two pieces. See TextDecoder. */
interface TextDecoderStream extends ReadableWritablePair<string, ArrayBuffer | ArrayBufferView> {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<ArrayBuffer | ArrayBufferView>;
}
declare var TextDecoderStream: {
  readonly prototype: TextDecoderStream;
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoderStream;
};
