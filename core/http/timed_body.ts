import type { BodySink, BodySource } from "./body.ts";
import { HttpError } from "./http_error.ts";
import type { Timer, TimerWheel } from "./timer_wheel.ts";

/**
 * A body that fails with 504 `body_stalled` when its source brings nothing for `limit` milliseconds, although the
 * sink would take it.
 */
export class TimedBody implements BodySource, BodySink {
  readonly length: number | undefined;
  readonly #source: BodySource;
  readonly #what: string;
  readonly #limit: number;
  readonly #timers: TimerWheel;
  #timer: Timer | undefined;
  #sink: BodySink | undefined;

  /** `what` is attempted, for the message: "sending a response body". */
  constructor(source: BodySource, what: string, limit: number, timers: TimerWheel) {
    this.length = source.length;
    this.#source = source;
    this.#what = what;
    this.#limit = limit;
    this.#timers = timers;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.#timer = this.#timers.add(this.#limit, () => this.#stalled());
    this.#source.start(this);
  }

  resume(): void {
    this.#timer?.refresh();
    this.#source.resume();
  }

  cancel(): void {
    this.#over();
    this.#source.cancel();
  }

  data(chunk: Buffer): boolean {
    const isOpen = this.#sink?.data(chunk) ?? false;
    if (this.#sink === undefined) return false;
    if (isOpen) this.#timer?.refresh();
    else this.#timer?.cancel();
    return isOpen;
  }

  end(): void {
    this.#over()?.end();
  }

  fail(error: Error): void {
    this.#over()?.fail(error);
  }

  #over(): BodySink | undefined {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    return sink;
  }

  #stalled(): void {
    const sink = this.#over();
    this.#source.cancel();
    sink?.fail(new HttpError(504, "body_stalled", `${this.#what}: nothing came for ${this.#limit} ms`));
  }
}
