import type { BodySink, BodySource } from "../../core/http/body.ts";

/** A body whose every step the test decides; tells what became of it. */
export class TestBody implements BodySource {
  readonly length: number | undefined;
  sink: BodySink | undefined;
  resumed = 0;
  /** Times it was cancelled. */
  cancels = 0;

  constructor(length?: number) {
    this.length = length;
  }

  get cancelled(): boolean {
    return this.cancels > 0;
  }

  start(sink: BodySink): void {
    this.sink = sink;
  }

  resume(): void {
    this.resumed++;
  }

  cancel(): void {
    this.cancels++;
  }
}
