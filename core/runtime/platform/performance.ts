import { finishClass } from "../language/web_idl.ts";

const MAKE = Symbol("Performance");

/**
 * `performance` of the High Resolution Time standard: its clock, no timeline and no events. `now` gives milliseconds
 * since the isolate began, `wallClock` milliseconds since 1970.
 */
export function createPerformance(now: () => number, wallClock: () => number) {
  class Performance {
    readonly #timeOrigin: number;

    constructor(key: unknown = undefined) {
      if (key !== MAKE) throw new TypeError("Performance: Illegal constructor; see the global performance");
      this.#timeOrigin = wallClock() - now();
    }

    get timeOrigin(): number {
      return this.#timeOrigin;
    }

    now(): number {
      // Any property: this must be a Performance.
      void this.#timeOrigin;
      return now();
    }

    toJSON(): { timeOrigin: number } {
      return { timeOrigin: this.#timeOrigin };
    }
  }

  finishClass(Performance, "Performance", ["timeOrigin", "now", "toJSON"]);
  return { Performance, performance: new Performance(MAKE) };
}
