/** A script's isolate has written something that `runtime/protocol.md` does not allow: it was tampered with. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** Reads the commands of one entry. Trusts nothing: every number and length is checked. */
export class CommandReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The letter that begins a command, as its character code. */
  letter(): number {
    return this.#text.charCodeAt(this.#at++);
  }

  /** A whole number and its line end; at most 15 digits, so that it is exact. */
  number(): number {
    const text = this.#text;
    let at = this.#at;
    let value = 0;
    let code = text.charCodeAt(at);
    const negative = code === 0x2d;
    if (negative) code = text.charCodeAt(++at);
    const first = at;
    while (code >= 0x30 && code <= 0x39) {
      value = value * 10 + (code - 0x30);
      code = text.charCodeAt(++at);
    }
    if (at === first || at - first > 15 || code !== 0x0a) throw this.#refused("a number");
    this.#at = at + 1;
    return negative ? -value : value;
  }

  /** The next `length` UTF-16 units. */
  text(length: number): string {
    const end = this.#at + length;
    if (length < 0 || end > this.#text.length) throw this.#refused(`${length} characters of text`);
    const text = this.#text.slice(this.#at, end);
    this.#at = end;
    return text;
  }

  #refused(wanted: string): ProtocolError {
    return new ProtocolError(
      `reading an isolate's commands: wanted ${wanted} at ${this.#at}, got ${JSON.stringify(this.#text.slice(this.#at, this.#at + 40))}`,
    );
  }
}
