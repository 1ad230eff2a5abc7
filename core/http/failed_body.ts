import type { BodySink, BodySource } from "./body.ts";

/** A body that fails as soon as somebody wants it. */
export class FailedBody implements BodySource {
  readonly length = undefined;
  readonly #error: Error;

  constructor(error: Error) {
    this.#error = error;
  }

  start(sink: BodySink): void {
    sink.fail(this.#error);
  }

  resume(): void {}

  cancel(): void {}
}
