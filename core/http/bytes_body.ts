import { asBuffer, type BodySink, type BodySource, isBodySource, type ResponseBody } from "./body.ts";

/** Bytes of a piece: one piece has the idle time to be taken by the receiver. */
const PIECE = 65_536;

/** A body at hand, given out in pieces, so that a slow but steady receiver is told from one that stands still. */
export class BytesBody implements BodySource {
  readonly length: number;
  readonly #bytes: Buffer;
  #offset = 0;
  #sink: BodySink | undefined;
  #isRunning = false;

  constructor(bytes: Buffer) {
    this.length = bytes.length;
    this.#bytes = bytes;
  }

  takeWhole(): Buffer | undefined {
    if (this.#sink !== undefined || this.#offset > 0) return undefined;
    this.#offset = this.length;
    return this.#bytes;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.resume();
  }

  resume(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let wants = true;
    while (wants && this.#sink !== undefined && this.#offset < this.length) {
      const piece = this.#bytes.subarray(this.#offset, this.#offset + PIECE);
      this.#offset += piece.length;
      wants = this.#sink.data(piece);
    }
    this.#isRunning = false;
    if (this.#offset < this.length) return;
    this.#sink?.end();
    this.#sink = undefined;
  }

  cancel(): void {
    this.#sink = undefined;
    this.#offset = this.length;
  }
}

/** A body to be read or sent on, whatever form it has; undefined when there is none. */
export function bodySourceOf(body: ResponseBody | null): BodySource | undefined {
  if (body === undefined || body === null) return undefined;
  if (isBodySource(body)) return body;
  if (typeof body === "string") return new BytesBody(Buffer.from(body));
  return new BytesBody(asBuffer(body));
}
