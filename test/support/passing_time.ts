import type { TestContext } from "node:test";
import { TimerWheel } from "../../core/http/timer_wheel.ts";

/** Milliseconds of a tick. */
const TICK = 10;

/** Time that passes only when a test says so: for its timers and for `performance.now()`, until the test is over. */
export class PassingTime {
  readonly timers: TimerWheel;
  readonly #t: TestContext;
  #now = 1_000_000;

  constructor(t: TestContext) {
    this.#t = t;
    t.mock.timers.enable({ apis: ["setInterval"] });
    t.mock.method(performance, "now", () => this.#now);
    this.timers = new TimerWheel({ tick: TICK, now: () => this.#now });
    t.after(() => this.timers.close());
  }

  pass(milliseconds: number): void {
    for (const end = this.#now + milliseconds; this.#now < end; ) {
      this.#now += TICK;
      this.#t.mock.timers.tick(TICK);
    }
  }
}
