import type { Timer, TimerWheel } from "../../http/timer_wheel.ts";
import type { CachedAnswer } from "./cached_answer.ts";

/** A request that waits for the answer another one computes. */
export interface Waiter {
  /** The answer has come. */
  served(answer: CachedAnswer): void;
  /** It will not come by this flight: the request goes to the scripts by itself. */
  goesOn(): void;
  /** As `goesOn`, but the others wait for it from now on. */
  leads(): void;
}

/** One request that computes an answer, and those that wait for it. */
export class Flight {
  readonly key: string;
  leader: Waiter;
  readonly waiters = new Set<Waiter>();
  deadline: Timer | undefined;

  constructor(key: string, leader: Waiter) {
    this.key = key;
    this.leader = leader;
  }
}

/** Lets one request of a site compute an answer while others that would get the same wait for it. */
export class Flights {
  readonly #byKey = new Map<string, Flight>();
  readonly #options: { readonly timers: TimerWheel; readonly most: number; readonly deadline: number };
  #waiting = 0;

  /** `most` requests may wait at once, each `deadline` milliseconds at most. */
  constructor(options: { timers: TimerWheel; most: number; deadline: number }) {
    this.#options = options;
  }

  /**
   * Waits with the flight under this key, or begins one if `mayLead`. Undefined when the request goes on without. Whether it
   * waits is told by `flight.leader`.
   */
  join(key: string, request: Waiter, mayLead: boolean): Flight | undefined {
    const flight = this.#byKey.get(key);
    if (flight === undefined) {
      if (!mayLead) return undefined;
      const begun = new Flight(key, request);
      this.#byKey.set(key, begun);
      return begun;
    }
    if (this.#waiting >= this.#options.most) return undefined;
    flight.waiters.add(request);
    this.#waiting++;
    flight.deadline ??= this.#options.timers.add(this.#options.deadline, () => this.fail(flight));
    return flight;
  }

  /** An answer has been kept: those that wait for it, who no longer do. */
  stored(key: string): readonly Waiter[] {
    const flight = this.#byKey.get(key);
    return flight === undefined ? [] : this.#end(flight);
  }

  isUnderWay(flight: Flight): boolean {
    return this.#byKey.get(flight.key) === flight;
  }

  /** The leader's answer is not kept, or comes too late: all go on at once, so that they do not wait for one another again. */
  fail(flight: Flight): void {
    for (const waiter of this.#end(flight)) waiter.goesOn();
  }

  /** The client of one of its requests has left. When it was the leader's, one of the others takes its place. */
  left(flight: Flight, request: Waiter): void {
    if (flight.waiters.delete(request)) {
      this.#waiting--;
      return;
    }
    if (flight.leader !== request || !this.isUnderWay(flight)) return;
    for (const next of flight.waiters) {
      flight.waiters.delete(next);
      this.#waiting--;
      flight.leader = next;
      next.leads();
      return;
    }
    this.#end(flight);
  }

  #end(flight: Flight): readonly Waiter[] {
    if (this.isUnderWay(flight)) this.#byKey.delete(flight.key);
    flight.deadline?.cancel();
    const waiters = [...flight.waiters];
    flight.waiters.clear();
    this.#waiting -= waiters.length;
    return waiters;
  }
}
