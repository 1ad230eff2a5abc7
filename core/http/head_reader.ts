/** Bytes looked at first: most heads are shorter, and a body behind the head is then not decoded in vain. */
const FIRST_LOOK = 2048;
/** What no head may have: control characters, LF without CR before it, CR without LF behind it. */
const HOPELESS = /[^\t\r\n -~\x80-\xff]|[^\r]\n|\r[^\n]/;

/**
 * Finds the end of heads in the chunks of one connection. What it keeps between chunks is bounded by the limit,
 * and each byte is looked at a bounded number of times however small the chunks are.
 *
 * Text that can't become a valid head any more (control characters, bare LF or CR, longer than the limit) is
 * handed over unfinished: the parser refuses it with the right status, and no one waits for a deadline.
 */
export class HeadReader {
  readonly #limit: number;
  #pending: Buffer | undefined;
  #filled = 0;
  #end = 0;

  /** `limit`: bytes of the longest head. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the begin of a head has been kept. */
  get started(): boolean {
    return this.#filled > 0;
  }

  /** The begin of a head that is not complete, "" when there is none. */
  get kept(): string {
    return this.#pending?.toString("latin1", 0, this.#filled) ?? "";
  }

  /** After `read` returned text: index in that chunk of the first byte behind the head. */
  get end(): number {
    return this.#end;
  }

  /**
   * Takes the bytes of `chunk` from `offset` on. Returns the head as Latin-1 text up to and with its empty
   * line, or undefined when more is needed; the whole chunk has then been taken.
   */
  read(chunk: Buffer, offset: number): string | undefined {
    if (this.#filled > 0) return this.#readOn(chunk, offset);
    let text = chunk.toString("latin1", offset, Math.min(chunk.length, offset + FIRST_LOOK));
    let end = text.indexOf("\r\n\r\n");
    if (end < 0 && chunk.length - offset > FIRST_LOOK) {
      text = chunk.toString("latin1", offset, Math.min(chunk.length, offset + this.#limit + 4));
      end = text.indexOf("\r\n\r\n");
    }
    if (end >= 0) {
      this.#end = offset + end + 4;
      return text.slice(0, end + 4);
    }
    if (text.length > this.#limit || text.startsWith("\n") || HOPELESS.test(text)) {
      this.#end = chunk.length;
      return text;
    }
    this.#keep(chunk, offset);
    return undefined;
  }

  #readOn(chunk: Buffer, offset: number): string | undefined {
    const before = this.#filled;
    const taken = this.#keep(chunk, offset);
    // The end may have begun in what was there before.
    const from = Math.max(0, before - 3);
    const fresh = this.#pending!.toString("latin1", from, this.#filled);
    const end = fresh.indexOf("\r\n\r\n");
    if (end < 0 && this.#filled <= this.#limit && !HOPELESS.test(fresh)) {
      return undefined;
    }
    const length = end < 0 ? this.#filled : from + end + 4;
    this.#end = end < 0 ? chunk.length : offset + taken - (this.#filled - length);
    const text = this.#pending!.toString("latin1", 0, length);
    this.#pending = undefined;
    this.#filled = 0;
    return text;
  }

  /** Returns how many bytes were taken: enough to see that the limit is passed. */
  #keep(chunk: Buffer, offset: number): number {
    const count = Math.min(chunk.length - offset, this.#limit + 4 - this.#filled);
    const needed = this.#filled + count;
    if (this.#pending === undefined || this.#pending.length < needed) {
      const grown = Buffer.allocUnsafe(Math.max(needed, 1024, 2 * this.#filled));
      this.#pending?.copy(grown, 0, 0, this.#filled);
      this.#pending = grown;
    }
    chunk.copy(this.#pending, this.#filled, offset, offset + count);
    this.#filled = needed;
    return count;
  }
}
