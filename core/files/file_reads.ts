/** Who reads when it is their turn. */
export interface FileReader {
  /** Begins one read; `FileReads.ended` must be called when it has ended. */
  beginRead(): void;
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

  /** Maybe begins the read before it returns. A reader that has lost interest must say so when its turn comes. */
  take(reader: FileReader): void {
    if (this.#active < this.#atOnce) this.#begin(reader);
    else this.#waiting.push(reader);
  }

  ended(): void {
    this.#active--;
    const reader = this.#waiting[this.#next];
    if (reader === undefined) return;
    this.#next++;
    if (this.#next === this.#waiting.length || this.#next > 1024) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    this.#begin(reader);
  }

  #begin(reader: FileReader): void {
    this.#active++;
    reader.beginRead();
  }
}
