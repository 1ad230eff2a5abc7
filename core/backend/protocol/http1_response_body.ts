import type { BodySink, BodySource } from "../../http/body.ts";
import { BodyDecoder } from "../../http/body_decoder.ts";
import type { BodyFraming } from "../../http/body_framing.ts";
import type { ReadMemory } from "../read_memory.ts";

/** The connection a response body comes from. */
export interface BodyConnection {
  pauseReading(): void;
  resumeReading(): void;
  /** The body has been read; `surplus` tells that bytes came behind it. Not called after it was closed. */
  bodyComplete(surplus: boolean): void;
  /** Nobody wants the rest, or its framing is broken. Not called after it was closed. */
  bodyAbandoned(): void;
}

/**
 * One response body while it arrives. Holds at most what was read at once and the sink did not take; the
 * connection reads no further until that is gone. Outlives the connection when all of it has arrived.
 */
export class Http1ResponseBody implements BodySource {
  readonly length: number | undefined;
  readonly #decoder: BodyDecoder;
  /** Undefined once the connection is closed or carries something else. */
  #connection: BodyConnection | undefined;
  #sink: BodySink | undefined;
  /** Bytes read and not decoded yet, from `#offset` on. */
  #pending: Buffer | undefined;
  #offset = 0;
  /** Also before the start. */
  #paused = true;
  #delivering = false;
  #over = false;
  #failure: Error | undefined;
  readonly #memory: ReadMemory | undefined;
  /** What was decoded last, of which the sink may still have something. */
  #spent: Buffer | undefined;
  /** Whether the sink has chunks that it has not said to be done with. */
  #isLent = false;
  /** Between the decoder and the receiver's sink: the end waits until the connection is free again. */
  readonly #decoded: BodySink = {
    data: (chunk) => {
      if (this.#sink === undefined) return false;
      this.#isLent = true;
      const more = this.#sink.data(chunk);
      if (!more) this.#paused = true;
      return more;
    },
    end: () => {},
    fail: (error) => {
      this.#failure = error;
    },
  };

  /** `first`: what came together with the head. The buffers belong to the body. */
  constructor(
    framing: BodyFraming,
    connection: BodyConnection,
    first: Buffer | undefined,
    memory?: ReadMemory,
  ) {
    this.length = framing >= 0 ? framing : undefined;
    this.#decoder = new BodyDecoder(framing, Number.POSITIVE_INFINITY, 502);
    this.#connection = connection;
    this.#pending = first;
    this.#memory = memory;
  }

  /** More bytes from the connection. */
  receive(chunk: Buffer): void {
    if (this.#over) return;
    // A socket may deliver once more after it was paused: TLS does with what it has decrypted.
    if (this.#pending === undefined) this.#pending = chunk;
    else {
      this.#pending = Buffer.concat([this.#pending.subarray(this.#offset), chunk]);
      this.#offset = 0;
    }
    this.#deliver();
  }

  /** The server has closed the connection in good order: the end of some bodies, too early for others. */
  connectionEnded(): void {
    this.#connection = undefined;
    this.#deliver();
  }

  /** The connection broke. */
  abort(error: Error): void {
    this.#connection = undefined;
    if (!this.#over) this.#finish(error);
  }

  start(sink: BodySink): void {
    if (this.#over) {
      if (this.#failure !== undefined) sink.fail(this.#failure);
      return;
    }
    this.#sink = sink;
    this.#paused = false;
    this.#deliver();
  }

  /** A receiver that starts later finds the rest in the socket. */
  pauseUnlessStarted(): void {
    if (this.#sink === undefined) this.#connection?.pauseReading();
  }

  resume(): void {
    if (this.#over || !this.#paused || this.#sink === undefined) return;
    this.#paused = false;
    this.#deliver();
  }

  reuse(): void {
    this.#isLent = false;
    this.#giveBack();
  }

  cancel(): void {
    this.#failure = undefined;
    if (this.#over) return;
    this.#over = true;
    this.#sink = undefined;
    this.#pending = undefined;
    this.#connection?.bodyAbandoned();
    this.#connection = undefined;
  }

  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    while (!this.#over && !this.#paused && this.#pending !== undefined) this.#decode(this.#pending);
    this.#delivering = false;
    if (this.#over) return;
    if (this.#connection !== undefined) {
      if (this.#paused) this.#connection.pauseReading();
      else this.#connection.resumeReading();
    } else if (this.#pending === undefined && this.#sink !== undefined) {
      this.#decoder.finish(this.#decoded);
      this.#finish(this.#failure);
    }
  }

  #decode(pending: Buffer): void {
    try {
      this.#offset = this.#decoder.decode(pending, this.#offset, this.#decoded);
    } catch (error) {
      const connection = this.#connection;
      this.#connection = undefined;
      connection?.bodyAbandoned();
      this.#finish(error as Error);
      return;
    }
    if (this.#over) return;
    const surplus = this.#offset < pending.length;
    if (!surplus || this.#decoder.done) this.#isSpent(pending);
    if (this.#decoder.done) {
      const connection = this.#connection;
      this.#connection = undefined;
      connection?.bodyComplete(surplus);
      this.#finish(undefined);
    } else if (!surplus) {
      this.#pending = undefined;
      this.#offset = 0;
    }
  }

  #isSpent(decoded: Buffer): void {
    this.#spent = decoded;
    if (!this.#isLent) this.#giveBack();
  }

  #giveBack(): void {
    if (this.#spent !== undefined) this.#memory?.giveBack(this.#spent);
    this.#spent = undefined;
  }

  #finish(failure: Error | undefined): void {
    this.#over = true;
    this.#pending = undefined;
    this.#failure = failure;
    const sink = this.#sink;
    this.#sink = undefined;
    if (sink === undefined) return;
    if (failure === undefined) sink.end();
    else sink.fail(failure);
  }
}
