/** Lines and characters of one entry that reach the log; a script that writes without end must not hold up the worker. */
const MOST_LINES = 1_000;
const MOST_CHARACTERS = 1024 * 1024;
const LONGEST_LINE = 16_384;

/** Passes on what the scripts log during one entry, as far as it is bearable, and tells how much was left out. */
export class EntryLog {
  readonly #write: (level: number, text: string) => void;
  #lines = 0;
  #characters = 0;
  #lost = 0;
  readonly #told = new Set<string>();

  constructor(write: (level: number, text: string) => void) {
    this.#write = write;
  }

  line(level: number, text: string): void {
    if (this.hasRoom(text)) {
      this.#write(level, text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}...` : text);
    }
  }

  /** Whether one more of that length is bearable; counts it. */
  hasRoom(text: string): boolean {
    if (this.#lines === MOST_LINES || this.#characters + text.length > MOST_CHARACTERS) {
      this.#lost++;
      return false;
    }
    this.#lines++;
    this.#characters += text.length;
    return true;
  }

  /** A line of the host's own, which is not repeated within an entry. */
  once(level: number, text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#write(level, text);
  }

  /** The entry is over. */
  end(): void {
    if (this.#told.size > 0) this.#told.clear();
    const lost = this.#lost;
    this.#lines = 0;
    this.#characters = 0;
    this.#lost = 0;
    if (lost > 0) this.#write(40, `the scripts logged too much at once: ${lost} lines left out`);
  }
}
