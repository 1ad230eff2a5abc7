import type { BodySink, BodySource } from "../../../core/http/body.ts";

/** `count` copies of one chunk, as fast as the receiver takes them, no faster. */
export class RepeatedBody implements BodySource {
  readonly length: number | undefined;
  /** Chunks handed over so far. */
  sent = 0;
  cancelled = false;
  readonly #chunk: Buffer;
  readonly #count: number;
  #sink: BodySink | undefined;

  constructor(chunk: Buffer, count: number, options: { chunked?: boolean } = {}) {
    this.#chunk = chunk;
    this.#count = count;
    this.length = options.chunked ? undefined : chunk.length * count;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.resume();
  }

  resume(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    while (this.sent < this.#count && !this.cancelled) {
      this.sent++;
      if (!sink.data(this.#chunk) && this.sent < this.#count) return;
    }
    this.#sink = undefined;
    if (!this.cancelled) sink.end();
  }

  cancel(): void {
    this.cancelled = true;
    this.#sink = undefined;
  }
}

/** A short body that is at hand. */
export function bodyOf(text: string, options: { chunked?: boolean } = {}): BodySource {
  return new RepeatedBody(Buffer.from(text, "latin1"), 1, options);
}
