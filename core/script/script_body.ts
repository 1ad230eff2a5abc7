import type { BodySink, BodySource } from "../http/body.ts";

/** Bytes given to the sink at once: one piece has the idle time to be taken by the receiver. */
const PIECE = 65_536;

/** Hears what becomes of the pieces a script has written. */
export interface ScriptBodyObserver {
  /** There is room for the next piece. */
  taken(operation: number): void;
  /** Nobody wants the piece. */
  refused(operation: number): void;
  /** Whoever received it wants no more, although the script has not written all. */
  abandoned(): void;
  /** The body has come to its end, one way or the other. */
  closed(): void;
}

/** A body that a script writes piece by piece. It holds one piece; the next may come when that is taken. */
export class ScriptBody implements BodySource {
  readonly length = undefined;
  readonly #observer: ScriptBodyObserver;
  #sink: BodySink | undefined;
  #operation = 0;
  #piece: Buffer | undefined;
  #offset = 0;
  #complete = false;
  #failure: Error | undefined;
  #closed = false;
  #isRunning = false;

  constructor(observer: ScriptBodyObserver) {
    this.#observer = observer;
  }

  /** One piece at a time: what comes while another waits is refused. */
  write(operation: number, bytes: Uint8Array): void {
    if (this.#closed || this.#complete || this.#piece !== undefined) {
      return this.#observer.refused(operation);
    }
    this.#operation = operation;
    this.#piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = 0;
    this.resume();
  }

  end(): void {
    this.#complete = true;
    this.resume();
  }

  /** Whoever starts it later is told then; until somebody does it keeps nothing any more. */
  fail(error: Error): void {
    if (this.#closed) return;
    this.#failure ??= error;
    if (this.#sink === undefined) this.#end(() => {});
    else this.resume();
  }

  start(sink: BodySink): void {
    if (this.#closed) return sink.fail(this.#failure ?? new Error("the body was let go"));
    this.#sink = sink;
    this.resume();
  }

  resume(): void {
    if (this.#isRunning || this.#sink === undefined || this.#closed) return;
    if (this.#failure !== undefined) return this.#end((sink) => sink.fail(this.#failure!));
    this.#isRunning = true;
    const isEmpty = this.#deliver(this.#sink);
    this.#isRunning = false;
    if (isEmpty && this.#complete) this.#end((sink) => sink.end());
  }

  cancel(): void {
    const isAbandoned = !this.#closed && !this.#complete && this.#failure === undefined;
    this.#end(() => {});
    if (isAbandoned) this.#observer.abandoned();
  }

  /** Returns whether everything so far has been delivered. */
  #deliver(sink: BodySink): boolean {
    const piece = this.#piece;
    if (piece === undefined) return true;
    while (this.#offset < piece.length && this.#sink !== undefined) {
      const part = piece.subarray(this.#offset, this.#offset + PIECE);
      this.#offset += part.length;
      if (!sink.data(part)) return false;
    }
    if (this.#sink === undefined) return false;
    this.#piece = undefined;
    this.#observer.taken(this.#operation);
    return true;
  }

  #end(tell: (sink: BodySink) => void): void {
    if (this.#closed) return;
    this.#closed = true;
    const sink = this.#sink;
    this.#sink = undefined;
    if (this.#piece !== undefined) this.#observer.refused(this.#operation);
    this.#piece = undefined;
    if (sink !== undefined) tell(sink);
    this.#observer.closed();
  }
}
