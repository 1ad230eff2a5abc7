/** Milliseconds between two times it tells. */
const PAUSE = 1_000;

/**
 * Tells of what may come in floods, so that nobody fills the log: of the first event at once, then once a second how many
 * there were, and of the last one.
 */
export class Burst<Event> {
  readonly #tell: (count: number, last: Event) => void;
  #timer: NodeJS.Timeout | undefined;
  /** Not told of yet. */
  #count = 0;
  #last: Event | undefined;

  constructor(tell: (count: number, last: Event) => void) {
    this.#tell = tell;
  }

  add(event: Event): void {
    this.#count++;
    this.#last = event;
    if (this.#timer !== undefined) return;
    this.#tellAll();
    this.#timer = setInterval(() => this.#look(), PAUSE).unref();
  }

  /** Tells of those that are left. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#tellAll();
  }

  #look(): void {
    if (this.#count === 0) this.close();
    else this.#tellAll();
  }

  #tellAll(): void {
    if (this.#count === 0) return;
    const count = this.#count;
    const last = this.#last!;
    this.#count = 0;
    this.#last = undefined;
    this.#tell(count, last);
  }
}
