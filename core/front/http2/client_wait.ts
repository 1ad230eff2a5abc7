import type { HttpConfig } from "../../config/config.ts";
import type { Timer, TimerWheel } from "../../http/timer_wheel.ts";

/**
 * The time a client is waited for on one stream: to send its body, or to take the response. It is over when nothing
 * moved for `idleTimeout`, or when less than `minimumRate` did in waits that come to `idleTimeout` together.
 */
export class ClientWait {
  readonly #timers: TimerWheel;
  readonly #http: HttpConfig;
  readonly #over: () => void;
  #timer: Timer | undefined;
  #isWaiting = false;
  #since = 0;
  /** Milliseconds of earlier waits, and bytes that moved, since it was last looked at. */
  #waited = 0;
  #bytes = 0;

  /** `over` is called at most once. */
  constructor(timers: TimerWheel, http: HttpConfig, over: () => void) {
    this.#timers = timers;
    this.#http = http;
    this.#over = over;
  }

  /** It is the client's turn. Harmless when it is already. */
  begin(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#since = performance.now();
    if (this.#timer === undefined)
      this.#timer = this.#timers.add(this.#http.idleTimeout, () => this.#expire());
    else this.#timer.refresh();
  }

  /** The client moved something. */
  progress(bytes: number): void {
    this.#bytes += bytes;
    if (!this.#isWaiting) return;
    if (this.#isTooSlow()) this.#expire();
    else this.#timer?.refresh();
  }

  /** It is our turn. */
  end(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#waited += performance.now() - this.#since;
    this.#timer?.cancel();
  }

  #isTooSlow(): boolean {
    const { idleTimeout, minimumRate } = this.#http;
    const now = performance.now();
    const waited = this.#waited + now - this.#since;
    if (waited < idleTimeout) return false;
    const isTooSlow = this.#bytes * 1000 < minimumRate * waited;
    this.#waited = 0;
    this.#since = now;
    this.#bytes = 0;
    return isTooSlow;
  }

  #expire(): void {
    this.end();
    this.#over();
  }
}
