import type { BodySink, BodySource } from "../../http/body.ts";

/** A body that has already arrived whole. */
export class ReceivedBody implements BodySource {
  readonly length: number;
  #bytes: Buffer | undefined;

  /** The bytes belong to the body from now on. */
  constructor(bytes: Buffer) {
    this.length = bytes.length;
    this.#bytes = bytes;
  }

  takeWhole(): Buffer | undefined {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    return bytes;
  }

  start(sink: BodySink): void {
    const bytes = this.#bytes;
    if (bytes === undefined) return;
    sink.data(bytes);
    // Gone when the sink cancelled meanwhile.
    if (this.#bytes === undefined) return;
    this.#bytes = undefined;
    sink.end();
  }

  resume(): void {}

  cancel(): void {
    this.#bytes = undefined;
  }
}
