/** Slots of the wheel; a power of two, so that the slot of a tick is a mask away. */
const SLOTS = 512;
/**
 * Ticks the wheel goes on at once, at most, after the event loop was held up. Timers then come late rather than
 * early: the bytes a deadline waits for may have arrived meanwhile and not been read yet.
 */
const MAX_CATCH_UP = 2;

/** A deadline on a `TimerWheel`. */
export interface Timer {
  /** The callback won't be called. Idempotent. */
  cancel(): void;
  /** Begins the delay anew, with another length when one is given (milliseconds). Also revives a timer. */
  refresh(delay?: number): void;
}

/**
 * Coarse deadlines in great number: adding, cancelling and refreshing are O(1), and refreshing, the frequent
 * one, is an assignment. A callback comes at the earliest when its delay has passed and about two ticks later
 * at most. The wheel doesn't keep the process alive and stands still while it is empty.
 */
export class TimerWheel {
  readonly #tick: number;
  readonly #now: () => number;
  readonly #slots: (Entry | undefined)[] = new Array(SLOTS).fill(undefined);
  #interval: NodeJS.Timeout | undefined;
  #last = 0;
  #current = 0;
  #linked = 0;

  /** `tick`: milliseconds. `now`: a clock in milliseconds that never goes back. */
  constructor(options: { tick: number; now?: () => number }) {
    this.#tick = options.tick;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Calls back once, `delay` milliseconds from now. A callback must not throw. */
  add(delay: number, callback: () => void): Timer {
    const entry = new Entry(this, delay, callback);
    entry.refresh();
    return entry;
  }

  /** Forgets all timers. */
  close(): void {
    this.#slots.fill(undefined);
    this.#linked = 0;
    this.#stop();
  }

  /** For its timers only: the tick at which a delay that begins now has surely passed. */
  dueAfter(delay: number): number {
    return this.#current + Math.ceil(delay / this.#tick) + 1;
  }

  /** For its timers only. */
  link(entry: Entry): void {
    const slot = entry.due & (SLOTS - 1);
    const first = this.#slots[slot];
    entry.slot = slot;
    entry.previous = undefined;
    entry.next = first;
    if (first !== undefined) first.previous = entry;
    this.#slots[slot] = entry;
    this.#linked++;
    if (this.#interval === undefined) this.#run();
  }

  /** For its timers only. */
  unlink(entry: Entry): void {
    if (entry.previous !== undefined) entry.previous.next = entry.next;
    else if (this.#slots[entry.slot] === entry) this.#slots[entry.slot] = entry.next;
    if (entry.next !== undefined) entry.next.previous = entry.previous;
    entry.previous = undefined;
    entry.next = undefined;
    entry.slot = -1;
    if (this.#linked > 0) this.#linked--;
  }

  #run(): void {
    this.#last = this.#now();
    this.#interval = setInterval(() => this.#advance(), this.#tick);
    this.#interval.unref();
  }

  #stop(): void {
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  #advance(): void {
    const passed = Math.floor((this.#now() - this.#last) / this.#tick);
    this.#last += passed * this.#tick;
    for (let i = Math.min(passed, MAX_CATCH_UP); i > 0; i--) this.#turn(++this.#current & (SLOTS - 1));
    if (this.#linked === 0) this.#stop();
  }

  /** Takes the whole slot off first, so that callbacks may add and cancel as they like. */
  #turn(slot: number): void {
    let due: Entry[] | undefined;
    for (let entry = this.#slots[slot]; entry !== undefined; ) {
      const next = entry.next;
      if (entry.due <= this.#current) {
        due ??= [];
        due.push(entry);
      } else if ((entry.due & (SLOTS - 1)) !== slot) {
        // Refreshed since it was put here.
        this.unlink(entry);
        this.link(entry);
      }
      entry = next;
    }
    for (const entry of due ?? []) if (entry.slot === slot && entry.due <= this.#current) entry.fire();
  }
}

/** A timer as a link of its slot's list. */
class Entry implements Timer {
  readonly #wheel: TimerWheel;
  readonly #callback: () => void;
  #delay: number;
  /** Tick at which it is due; when later than its slot, the slot's turn moves it. */
  due = 0;
  /** Slot it is linked in, -1 when in none. */
  slot = -1;
  next: Entry | undefined = undefined;
  previous: Entry | undefined = undefined;

  constructor(wheel: TimerWheel, delay: number, callback: () => void) {
    this.#wheel = wheel;
    this.#delay = delay;
    this.#callback = callback;
  }

  refresh(delay = this.#delay): void {
    this.#delay = delay;
    const due = this.#wheel.dueAfter(delay);
    if (this.slot >= 0) {
      if (due >= this.due) {
        this.due = due;
        return;
      }
      this.#wheel.unlink(this);
    }
    this.due = due;
    this.#wheel.link(this);
  }

  cancel(): void {
    if (this.slot >= 0) this.#wheel.unlink(this);
  }

  fire(): void {
    this.#wheel.unlink(this);
    this.#callback();
  }
}
