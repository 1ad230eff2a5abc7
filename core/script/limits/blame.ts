import type { CpuLimitReached, Event } from "../guest_isolate.ts";

/** What becomes of an exchange that had not decided when the CPU limit ended an entry. */
export type Fate = "again" | "waits" | "fails";

/** Times a request is handed over again because the machine was busy. A script that sleeps looks the same. */
const CHANCES = 3;

/** An exchange that was in an interrupted entry. */
export interface Suspect {
  readonly slot: number;
  /** The event that was handled for it. */
  readonly event: Event;
  /** Whether it has operations of the host under way. */
  readonly isWaiting: boolean;
  /** Whether nobody else can have used up the time. */
  readonly isAlone: boolean;
}

/**
 * Finds out who used up the CPU limit. When microtasks ran, V8 has dropped those of every exchange in the entry, and
 * of several none is to blame for certain: those that only began go in again, one by one then; those that wait for
 * the host are told of it later.
 */
export class Blame {
  readonly #log: (level: number, text: string) => void;
  /** How often exchanges were handed over again because the machine was busy. */
  readonly #chances = new Map<number, number>();

  constructor(log: (level: number, text: string) => void) {
    this.#log = log;
  }

  fateOf(suspect: Suspect, error: CpuLimitReached): Fate {
    const { event, isWaiting, isAlone } = suspect;
    if (isRequest(event) && !isWaiting) {
      return !isAlone || this.#deservesAnother(suspect.slot, error) ? "again" : "fails";
    }
    return isWaiting && !isAlone ? "waits" : "fails";
  }

  /** The exchange has decided or is over. */
  forget(slot: number): void {
    if (this.#chances.size > 0) this.#chances.delete(slot);
  }

  /** The clock ran out on a request while others had the processor. */
  #deservesAnother(slot: number, error: CpuLimitReached): boolean {
    const chances = this.#chances.get(slot) ?? 0;
    if (!error.starved || chances === CHANCES) return false;
    this.#chances.set(slot, chances + 1);
    this.#log(40, "the machine is too busy for the CPU limit: a request is handed to the scripts again");
    return true;
  }
}

/** Whether the event hands over a request. */
export function isRequest(event: Event): boolean {
  return typeof event === "string" && event.startsWith("R");
}

/** Index of the first event of each exchange. */
export function firstOfEach(slots: readonly number[]): number[] {
  return [...slots.keys()].filter((i) => slots.indexOf(slots[i]!) === i);
}
