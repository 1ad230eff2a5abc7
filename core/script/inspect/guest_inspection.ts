import type ivm from "isolated-vm";
import type { Event } from "../guest_isolate.ts";
import { GuestInspector } from "./guest_inspector.ts";

/** What there must be of an isolate to debug it. */
export interface InspectedGuest {
  readonly isolate: ivm.Isolate;
  /** Calls a function of this thread while the isolate is entered. */
  visit(action: () => void): void;
  /** An entry in this thread. Throws as `GuestIsolate.enter`. */
  enterNow(events: Event[]): string;
  /** An entry in another thread; `isLimited` by CPU time. */
  enterLater(events: Event[], isLimited: boolean): Promise<unknown>;
  /** What `GuestIsolate.enter` throws for what an entry has thrown. */
  failure(error: unknown): Error;
}

/**
 * The entries into an isolate that a debugger may pause: they run in another thread, where V8 can wait while this one
 * goes on, before `enter` is called for them. One at a time; `inspected_turns.ts` sees to it.
 */
export class GuestInspection {
  readonly #guest: InspectedGuest;
  readonly #wake: () => void;
  #inspector: GuestInspector | undefined;
  #entry: Promise<unknown> | undefined;
  /** Of the entry that has run and is to be taken up by `enter`. */
  #outcome: (() => string) | undefined;
  #isWoken = false;
  #isLost = false;
  #isWanted = false;
  /** Called when an entry is to be made that nobody has asked for: microtasks, or a debugger, have made commands. */
  onWake: () => void = () => {};

  /** @param wake tells, during `enter`, that microtasks have produced commands. */
  constructor(guest: InspectedGuest, wake: () => void) {
    this.#guest = guest;
    this.#wake = wake;
  }

  /** Whether a debugger is attached: the isolate may pause at any time, and must not be entered in this thread. */
  get isAttached(): boolean {
    return this.#inspector !== undefined;
  }

  /** The guest has microtasks' commands. */
  woke(): void {
    this.#isWoken = true;
    this.onWake();
  }

  /** Makes the entry that `enter` is called for next. Never rejects. Without CPU limit while a debugger is attached. */
  async prepare(events: Event[]): Promise<void> {
    try {
      const entry = this.#guest.enterLater(events, !this.isAttached);
      this.#entry = entry;
      const commands = await entry;
      if (typeof commands !== "string") throw new Error("the isolate returned no commands");
      this.#outcome = () => commands;
    } catch (error) {
      const failure = this.#guest.failure(error);
      this.#outcome = () => {
        throw failure;
      };
    } finally {
      this.#entry = undefined;
    }
  }

  /** As `GuestIsolate.enter`, for the entry that was prepared. Any other is to be made later. */
  enter(events: Event[]): string {
    const outcome = this.#outcome;
    this.#outcome = undefined;
    if (outcome !== undefined) {
      if (this.#isWoken) this.#wake();
      this.#isWoken = false;
      return outcome();
    }
    if (events.length === 0) this.#isWanted = true;
    else if (!this.isAttached) return this.#guest.enterNow(events);
    else this.#isLost = true;
    return "";
  }

  /** Whether lost commands are to be fetched before anything else; says so once. */
  takeLost(): boolean {
    const isLost = this.#isLost;
    this.#isLost = false;
    return isLost;
  }

  /** Whether an entry without events is to be made; says so once. */
  takeWanted(): boolean {
    const isWanted = this.#isWanted;
    this.#isWanted = false;
    return isWanted;
  }

  /**
   * Attaches a debugger, one at a time, as soon as the isolate is at rest. `receive` as in `GuestInspector`. Throws
   * when the isolate has ended.
   */
  async attach(receive: (message: string) => void): Promise<GuestInspector> {
    while (this.#entry !== undefined) await this.#entry.catch(() => {});
    if (this.isAttached) throw new Error("a debugger is attached already");
    const { isolate } = this.#guest;
    let session: ivm.InspectorSession | undefined;
    // V8 makes sessions only on the thread that has entered the isolate; otherwise it ends the process.
    this.#guest.visit(() => {
      session = isolate.createInspectorSession();
    });
    this.#inspector = new GuestInspector(session!, isolate, receive, () => {
      this.#inspector = undefined;
      // The next entry finds out that the isolate has ended, if that is why.
      this.onWake();
    });
    return this.#inspector;
  }

  /** A paused isolate goes on. */
  close(): void {
    this.#inspector?.dispose();
  }
}
