import type { HttpConfig } from "../../config/config.ts";
import { HttpError } from "../../http/http_error.ts";
import type { Timer, TimerWheel } from "../../http/timer_wheel.ts";

/** Milliseconds from one look to the next. */
const LOOK = 1000;

/** A body on its way from a client or to it. */
export interface RateOptions {
  readonly http: HttpConfig;
  readonly timers: TimerWheel;
  /** Of the error: 408 for what a client sends, 499 for what it takes. */
  readonly status: 408 | 499;
  /** Whether the client is what is waited for now. */
  readonly waits: () => boolean;
  /** A number that grows with each byte the client sends or takes. */
  readonly moved: () => number;
  /** The client is too slow; told once. */
  readonly failed: (error: HttpError) => void;
}

/**
 * Ends the wait for clients that move a byte now and then, enough to keep every deadline off. Looks now and then
 * whether the client is waited for; whenever that has come to `idleTimeout` together, so many bytes must have moved
 * meanwhile as `minimumRate` asks for. Costs the bytes nothing.
 */
export class MinimumRate {
  readonly #options: RateOptions;
  readonly #timer: Timer;
  readonly #period: number;
  #isWatching = false;
  /** Milliseconds waited for in this window, and what had moved before it. */
  #waited = 0;
  #before = 0;

  constructor(options: RateOptions) {
    this.#options = options;
    this.#period = Math.min(LOOK, options.http.idleTimeout / 4);
    this.#timer = options.timers.add(this.#period, () => this.#look());
    this.#timer.cancel();
  }

  /** A body has begun. Called again it goes on. */
  watch(): void {
    if (this.#isWatching || this.#options.http.minimumRate === 0) return;
    this.#isWatching = true;
    this.#begin();
    this.#timer.refresh();
  }

  /** The body is over. */
  stop(): void {
    if (!this.#isWatching) return;
    this.#isWatching = false;
    this.#timer.cancel();
  }

  #begin(): void {
    this.#waited = 0;
    this.#before = this.#options.moved();
  }

  #look(): void {
    const { http, waits, moved, failed } = this.#options;
    if (waits()) this.#waited += this.#period;
    if (this.#waited >= http.idleTimeout) {
      const bytes = moved() - this.#before;
      if (bytes * 1000 < http.minimumRate * this.#waited) {
        failed(this.#tooSlow(bytes));
        return;
      }
      this.#begin();
    }
    this.#timer.refresh();
  }

  #tooSlow(bytes: number): HttpError {
    const { http, status } = this.#options;
    const pace = `${bytes} bytes in ${this.#waited} ms, less than ${http.minimumRate} a second`;
    if (status === 408) return new HttpError(408, "body_too_slow", `reading a request body: ${pace}`);
    return new HttpError(499, "client_too_slow", `sending a response: the client took ${pace}`);
  }
}
