import type { BodySource } from "./body.ts";

/** A body read piece by piece: nothing is taken from the source before somebody asks for it. */
export class BodyReader {
  readonly #source: BodySource;
  #started = false;
  /** A piece the source delivered before it was asked for; at most one. */
  #piece: Buffer | undefined;
  #ended = false;
  #error: Error | undefined;
  #waiting: PromiseWithResolvers<Buffer | undefined> | undefined;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /**
   * The next piece, undefined after the last one. Rejects with what ended the body early. One call at a time.
   */
  read(): Promise<Buffer | undefined> {
    const waiting = Promise.withResolvers<Buffer | undefined>();
    this.#waiting = waiting;
    if (!this.#started) this.#start();
    else if (!this.#settle()) this.#source.resume();
    return waiting.promise;
  }

  /** Whether a piece has been asked for and has not come. */
  get isReading(): boolean {
    return this.#waiting !== undefined;
  }

  /** No more pieces are wanted. */
  cancel(): void {
    this.#source.cancel();
    this.#piece = undefined;
    this.#ended = true;
    this.#settle();
  }

  #start(): void {
    this.#started = true;
    this.#source.start({
      data: (chunk) => {
        if (chunk.length === 0) return this.#waiting !== undefined;
        this.#piece = this.#piece === undefined ? chunk : Buffer.concat([this.#piece, chunk]);
        this.#settle();
        // Even when somebody waited: the next piece is for the next call.
        return false;
      },
      end: () => {
        this.#ended = true;
        this.#settle();
      },
      fail: (error) => {
        this.#error = error;
        this.#settle();
      },
    });
  }

  /** Gives whoever waits what there is. Returns whether there was something. */
  #settle(): boolean {
    const waiting = this.#waiting;
    const piece = this.#piece;
    if (waiting === undefined) return false;
    if (piece === undefined && !this.#ended && this.#error === undefined) return false;
    this.#waiting = undefined;
    this.#piece = undefined;
    if (piece !== undefined) waiting.resolve(piece);
    else if (this.#error !== undefined) waiting.reject(this.#error);
    else waiting.resolve(undefined);
    return true;
  }
}
