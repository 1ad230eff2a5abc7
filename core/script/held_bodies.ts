import { NumberTable } from "../collections/number_table.ts";
import type { BodySource } from "../http/body.ts";
import { BodyReader } from "../http/body_reader.ts";
import { PeekedBody } from "../http/peeked_body.ts";
import { readBody } from "../http/read_body.ts";
import type { Timer, TimerWheel } from "../http/timer_wheel.ts";

/** Hears what becomes of reading. */
export interface ReadingObserver {
  text(operation: number, text: string): void;
  bytes(operation: number, bytes: ArrayBuffer): void;
  failed(operation: number, error: unknown): void;
  /** The body that this operation brought is no longer held. */
  released(operation: number): void;
}

/** For bodies that belong to no exchange, whose end would be theirs: how long each is kept that nobody asks for. */
export interface HoldingTime {
  readonly timers: TimerWheel;
  /** Milliseconds. */
  readonly idle: number;
}

/**
 * Bytes that are taken off a body's connection at once when the body is kept by time: most scripts that never look at a body
 * have asked for a small one, and the connection is wanted again.
 */
const TAKEN_AT_ONCE = 64 * 1024;

/**
 * Bodies that stay on the host while scripts decide what becomes of them: each is taken away whole, read into
 * memory, or read piece by piece. Named by the operation that brought them.
 */
export class HeldBodies {
  readonly #limit: number;
  readonly #observer: ReadingObserver;
  readonly #time: HoldingTime | undefined;
  /** By body, while nobody asks for it. */
  readonly #timers = new NumberTable<Timer>();
  readonly #bodies = new NumberTable<BodySource>();
  readonly #readers = new Map<number, BodyReader>();
  /** Bodies being read into memory. */
  readonly #reading = new Set<BodySource>();
  #closed = false;

  /** `limit`: bytes of a body that a script may read into memory. */
  constructor(limit: number, observer: ReadingObserver, time?: HoldingTime) {
    this.#limit = limit;
    this.#observer = observer;
    this.#time = time;
  }

  hold(operation: number, body: BodySource): void {
    if (this.#time === undefined) {
      this.#bodies.set(operation, body);
      return;
    }
    const peeked = new PeekedBody(body);
    // What fails, or is more, whoever reads it is told.
    peeked.read(TAKEN_AT_ONCE).catch(() => {});
    this.#bodies.set(operation, peeked);
    this.#waits(operation);
  }

  /** Undefined when there is none, or when it has been used. */
  take(handle: number): BodySource | undefined {
    this.#isWanted(handle);
    const body = this.#bodies.get(handle);
    if (this.#bodies.delete(handle)) this.#observer.released(handle);
    return body;
  }

  /** Reads a body into memory for the script. */
  read(operation: number, body: BodySource, asBytes: boolean): void {
    this.#reading.add(body);
    const bytes = readBody(body, this.#limit).finally(() => this.#reading.delete(body));
    this.settle(operation, bytes, asBytes);
  }

  /** Tells the script what a promise of bytes brings. */
  settle(operation: number, bytes: Promise<Buffer>, asBytes: boolean): void {
    bytes.then(
      (read) => {
        if (this.#closed) return;
        if (asBytes) this.#observer.bytes(operation, new Uint8Array(read).buffer);
        else this.#observer.text(operation, read.toString("utf8"));
      },
      (error: unknown) => {
        if (!this.#closed) this.#observer.failed(operation, error);
      },
    );
  }

  /**
   * Brings the next piece of a body; no bytes at its end. `open` gives the first time what is not held here. Returns
   * false when the body has been used otherwise, or the piece before has not come yet.
   */
  readPiece(operation: number, handle: number, open: () => BodySource | undefined): boolean {
    let reader = this.#readers.get(handle);
    if (reader === undefined) {
      const body = this.#bodies.get(handle) ?? open();
      if (body === undefined) return false;
      // Not released before its end: it still costs what a held body costs.
      this.#bodies.delete(handle);
      reader = new BodyReader(body);
      this.#readers.set(handle, reader);
    }
    if (reader.isReading) return false;
    this.#isWanted(handle);
    const piece = reader.read().then(
      (bytes) => {
        if (bytes === undefined) this.#close(handle);
        else this.#waits(handle);
        return bytes ?? Buffer.alloc(0);
      },
      (error: unknown) => {
        this.#close(handle);
        throw error;
      },
    );
    this.settle(operation, piece, true);
    return true;
  }

  /** From now on somebody should ask for the body. */
  #waits(handle: number): void {
    if (this.#time === undefined || this.#closed) return;
    const { timers, idle } = this.#time;
    this.#timers.set(
      handle,
      timers.add(idle, () => this.drop(handle)),
    );
  }

  #isWanted(handle: number): void {
    this.#timers.get(handle)?.cancel();
    this.#timers.delete(handle);
  }

  #close(handle: number): void {
    if (this.#readers.delete(handle)) this.#observer.released(handle);
  }

  /** The rest of a body is not wanted. */
  drop(handle: number): void {
    this.#readers.get(handle)?.cancel();
    this.#close(handle);
    this.take(handle)?.cancel();
  }

  /** Nobody wants any of them any more. */
  close(): void {
    this.#closed = true;
    for (const [, timer] of this.#timers.entries()) timer.cancel();
    this.#timers.clear();
    for (const [handle] of [...this.#bodies.entries(), ...this.#readers]) this.#observer.released(handle);
    for (const [, body] of this.#bodies.entries()) body.cancel();
    for (const reader of this.#readers.values()) reader.cancel();
    for (const body of this.#reading) body.cancel();
    this.#bodies.clear();
    this.#readers.clear();
    this.#reading.clear();
  }
}
