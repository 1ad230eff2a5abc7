import type { BodySink, BodySource } from "../../core/http/body.ts";

/** A body whose bytes the test gives; tells what became of it. */
export class TestBody implements BodySource {
  readonly length: number | undefined;
  sink: BodySink | undefined;
  cancelled = false;

  constructor(length?: number) {
    this.length = length;
  }

  start(sink: BodySink): void {
    this.sink = sink;
  }

  resume(): void {}

  cancel(): void {
    this.cancelled = true;
  }
}
