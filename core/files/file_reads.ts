/** Who reads when it is their turn. */
export interface FileReader {
  /** Begins one read, whose end `FileReads.ended` must be told of. False, and nothing to be told, when it wants none any more. */
  beginRead(): boolean;
}

/**
 * Lets the reads of large files take turns. All that have ended while the event loop was busy are handed on before it turns
 * again, and each is a large write to a socket: with many downloads a turn would last so long that other clients notice,
 * new ones above all, of whom one is accepted a turn.
 */
export class FileReads {
  readonly #atOnce: number;
  readonly #waiting: FileReader[] = [];
  /** The first that waits: a queue without moving all that are in it. */
  #next = 0;
  #active = 0;

  /** @param options.atOnce reads under way at once; libuv has four threads */
  constructor(options: { readonly atOnce: number } = { atOnce: 4 }) {
    this.#atOnce = options.atOnce;
  }

  /** Maybe begins the read before it returns. */
  take(reader: FileReader): void {
    this.#waiting.push(reader);
    this.#beginNext();
  }

  ended(): void {
    this.#active--;
    this.#beginNext();
  }

  /** A loop, for thousands in a row may have lost interest: a recursion would be as deep. */
  #beginNext(): void {
    while (this.#active < this.#atOnce) {
      const reader = this.#waiting[this.#next];
      if (reader === undefined) break;
      this.#next++;
      this.#active++;
      if (!reader.beginRead()) this.#active--;
    }
    if (this.#next === this.#waiting.length || this.#next > 1024) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
  }
}
