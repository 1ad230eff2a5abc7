import type { ReadableStream, ReadableStreamDefaultReader } from "web-streams-polyfill";
import { errorText } from "../console/error_text.ts";
import { Bytes, min, push, setBytes, sliceBytes, typedArrayLength } from "../language/primordials.ts";
import type { Operations } from "../turn/operations.ts";
import type { LateWriter, Outbox } from "../turn/outbox.ts";
import { bytePiece } from "./read_all.ts";
import { readerOf } from "./stream_state.ts";

/** Bytes gathered before they go to the host without waiting for more. */
const GATHERED = 64 * 1024;
/** Bytes of one command. */
const LARGEST_PIECE = 1024 * 1024;

/** What a writer needs of its isolate. */
export interface WriterServices {
  readonly operations: Operations;
  readonly outbox: Outbox;
  /** Returns 0 when the host takes no more in this entry. */
  putBytes(bytes: ArrayBuffer): number;
  /** The writer has come to its end. */
  ended(writer: StreamWriter): void;
}

/**
 * Sends a stream to the host (commands `w`, `q`, `j`). What the stream brings in one entry goes as one piece; the
 * stream is read on when the host has room for the next, and canceled when nobody wants it any more.
 */
export class StreamWriter implements LateWriter {
  readonly number: number;
  /** The exchange it answers, 0 when it is the body of a request. */
  readonly slot: number;
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  readonly #onStopped: (() => void) | undefined;
  readonly #services: WriterServices;
  /** Pieces to be sent and their bytes. */
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #gathered = 0;
  #isReading = false;
  /** Whether the host has not yet taken the piece before. */
  #isWaiting = false;
  #isAnnounced = false;
  #hasEnded = false;
  #isOver = false;

  /** Locks the stream; throws a TypeError when it is locked already. */
  constructor(
    stream: ReadableStream,
    slot: number,
    onStopped: (() => void) | undefined,
    services: WriterServices,
  ) {
    this.#reader = readerOf(stream);
    this.#onStopped = onStopped;
    this.#services = services;
    this.slot = slot;
    this.number = services.operations.next();
    // The host fails the number itself when nobody wants the body while no piece is on its way.
    services.operations.wait(this.number).catch((reason: unknown) => this.stop(reason));
    this.#readOn();
  }

  /** Nobody wants the body: the source is told. */
  stop(reason: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.#reader.cancel(reason).catch(() => {});
    this.#onStopped?.();
  }

  /** Sends what has been gathered. */
  writeCommands(): void {
    this.#isAnnounced = false;
    if (this.#isOver) return;
    const { operations, outbox, putBytes } = this.#services;
    if (this.#gathered > 0 && !this.#isWaiting) {
      const bytes = this.#nextPiece();
      const handle = putBytes(bytes.buffer);
      // The next entry has room again.
      if (handle === 0) {
        this.#putBack(bytes);
        return this.#announce();
      }
      const operation = operations.next();
      outbox.writePiece(this.number, operation, handle);
      this.#isWaiting = true;
      operations.wait(operation).then(
        () => this.#taken(),
        (reason: unknown) => this.stop(reason),
      );
    }
    if (!this.#hasEnded || this.#gathered > 0) return;
    outbox.endStream(this.number);
    this.#end();
  }

  #taken(): void {
    this.#isWaiting = false;
    if (this.#gathered > 0) this.#announce();
    this.#readOn();
  }

  #readOn(): void {
    if (this.#isReading || this.#isWaiting || this.#hasEnded || this.#isOver) return;
    if (this.#gathered >= GATHERED) return;
    this.#isReading = true;
    this.#reader.read().then(
      ({ done, value }) => {
        this.#isReading = false;
        if (this.#isOver) return;
        if (done) {
          this.#hasEnded = true;
          return this.#announce();
        }
        try {
          this.#gather(bytePiece(value));
        } catch (thrown) {
          this.#fail(thrown);
          this.#reader.cancel(thrown).catch(() => {});
        }
      },
      (reason: unknown) => this.#fail(reason),
    );
  }

  #gather(piece: Uint8Array<ArrayBuffer>): void {
    push(this.#pieces, piece);
    this.#gathered += typedArrayLength(piece);
    if (this.#gathered > 0) this.#announce();
    this.#readOn();
  }

  /** A piece waits until there is room for it; the end does not. */
  #announce(): void {
    if (this.#isAnnounced || (this.#isWaiting && this.#gathered > 0)) return;
    this.#isAnnounced = true;
    this.#services.outbox.writeLate(this);
  }

  #fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#services.outbox.failStream(this.number, errorText(reason));
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#pieces = [];
    this.#gathered = 0;
    this.#services.operations.forget(this.number);
    this.#services.ended(this);
  }

  /** Takes what goes into one command, in a buffer of its own. */
  #nextPiece(): Uint8Array<ArrayBuffer> {
    const bytes = new Bytes(min(this.#gathered, LARGEST_PIECE));
    const rest: Uint8Array<ArrayBuffer>[] = [];
    let at = 0;
    for (let i = 0; i < this.#pieces.length; i++) {
      const piece = this.#pieces[i]!;
      const taken = min(typedArrayLength(piece), bytes.length - at);
      setBytes(bytes, taken === typedArrayLength(piece) ? piece : sliceBytes(piece, 0, taken), at);
      at += taken;
      if (taken < typedArrayLength(piece)) push(rest, sliceBytes(piece, taken));
    }
    this.#pieces = rest;
    this.#gathered -= bytes.length;
    return bytes;
  }

  #putBack(bytes: Uint8Array<ArrayBuffer>): void {
    const pieces = [bytes];
    for (let i = 0; i < this.#pieces.length; i++) push(pieces, this.#pieces[i]!);
    this.#pieces = pieces;
    this.#gathered += bytes.length;
  }
}
