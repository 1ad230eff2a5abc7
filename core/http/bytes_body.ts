import type { BodySink, BodySource } from "./body.ts";

/** A body that is at hand. */
export class BytesBody implements BodySource {
  readonly length: number;
  readonly #bytes: Buffer;
  #cancelled = false;
  #sink: BodySink | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.length = bytes.length;
  }

  start(sink: BodySink): void {
    if (this.#cancelled) return;
    if (this.length > 0 && !sink.data(this.#bytes)) this.#sink = sink;
    else sink.end();
  }

  resume(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    if (!this.#cancelled) sink?.end();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#sink = undefined;
  }
}
