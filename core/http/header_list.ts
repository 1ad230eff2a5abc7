import { HOST, HOSTS, joinMarks, markFields, UNTIDY, withoutMarked } from "./field_marks.ts";
import { fieldValue } from "./head_grammar.ts";

/**
 * The fields of one message, in order, names in the case they came in, compared without case.
 *
 * Made from a block of text and kept as text until somebody asks: a response that passes unchanged is never
 * taken apart. The text must already be valid (`head_grammar.ts`); this class does not check.
 */
export class HeaderList {
  /** Lines of `Name: value\r\n`; undefined while the entries are newer. */
  #text: string | undefined;
  /** name, lower-case name, value, name, ... ; undefined until first needed. */
  #entries: string[] | undefined;
  /** Of the text, as far as known. */
  #marks: number | undefined;

  private constructor(text: string | undefined, entries: string[] | undefined, marks: number | undefined) {
    this.#text = text;
    this.#entries = entries;
    this.#marks = marks;
  }

  /**
   * Takes a valid block: each line `Name: value\r\n`, optional white space around the value. `marks` is what
   * `markFields` says of it, for those who have asked already.
   */
  static fromText(text: string, marks?: number): HeaderList {
    return new HeaderList(text, undefined, marks);
  }

  static from(fields: Iterable<readonly [name: string, value: string]>): HeaderList {
    const entries: string[] = [];
    for (const [name, value] of fields) entries.push(name, name.toLowerCase(), value);
    return new HeaderList(undefined, entries, undefined);
  }

  static empty(): HeaderList {
    return new HeaderList("", undefined, 0);
  }

  /** The value of a field, several joined by ", " (RFC 9110 section 5.3). `name` in lower case. */
  get(name: string): string | undefined {
    const entries = this.#parsed();
    let value: string | undefined;
    for (let i = 1; i < entries.length; i += 3) {
      if (entries[i] === name) value = value === undefined ? entries[i + 1] : `${value}, ${entries[i + 1]}`;
    }
    return value;
  }

  /** Each value of a field by itself, for fields that must not be joined (Set-Cookie). `name` in lower case. */
  getAll(name: string): string[] {
    const entries = this.#parsed();
    const values: string[] = [];
    for (let i = 1; i < entries.length; i += 3) if (entries[i] === name) values.push(entries[i + 1]!);
    return values;
  }

  /** `name` in lower case. */
  has(name: string): boolean {
    const entries = this.#parsed();
    for (let i = 1; i < entries.length; i += 3) if (entries[i] === name) return true;
    return false;
  }

  append(name: string, value: string): void {
    this.#parsed().push(name, name.toLowerCase(), value);
    this.#changed();
  }

  /** Puts a block behind the fields, without taking them apart. */
  appendText(block: string): void {
    const text = this.toText();
    if (this.#marks !== undefined) this.#marks = joinMarks(this.#marks, markFields(block));
    this.#text = text + block;
    this.#entries = undefined;
  }

  /** Replaces every field of that name by one. */
  set(name: string, value: string): void {
    this.delete(name.toLowerCase());
    this.append(name, value);
  }

  /** `name` in lower case. Returns whether there was one. */
  delete(name: string): boolean {
    return this.deleteWhere((field) => field === name);
  }

  /** Removes the fields whose lower-case name and value satisfy `matches`. Returns whether there was one. */
  deleteWhere(matches: (name: string, value: string) => boolean): boolean {
    const entries = this.#parsed();
    let kept = 0;
    for (let i = 0; i < entries.length; i += 3) {
      if (matches(entries[i + 1]!, entries[i + 2]!)) continue;
      entries[kept++] = entries[i]!;
      entries[kept++] = entries[i + 1]!;
      entries[kept++] = entries[i + 2]!;
    }
    if (kept === entries.length) return false;
    entries.length = kept;
    this.#changed();
    return true;
  }

  /** Removes the fields that have one of these marks (`field_marks.ts`), and makes the others tidy. */
  deleteMarked(marks: number): void {
    if ((this.marks & UNTIDY) !== 0) this.#tidy();
    if ((this.marks & marks) === 0) return;
    this.#text = withoutMarked(this.toText(), marks);
    this.#entries = undefined;
    this.#marks! &= (marks & HOST) === 0 ? ~marks : ~(marks | HOSTS);
  }

  /** Number of fields. */
  get size(): number {
    return this.#parsed().length / 3;
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    const entries = this.#parsed();
    for (let i = 0; i < entries.length; i += 3) yield [entries[i]!, entries[i + 2]!];
  }

  /** The block as it goes over the wire, without the empty line: `Name: value\r\n` a field. */
  toText(): string {
    if (this.#text === undefined) {
      const entries = this.#entries!;
      let text = "";
      for (let i = 0; i < entries.length; i += 3) text += `${entries[i]}: ${entries[i + 2]}\r\n`;
      this.#text = text;
    }
    return this.#text;
  }

  /** What `markFields` says of the block: whether it is valid after all, and what the proxy has to do with in it. */
  get marks(): number {
    this.#marks ??= markFields(this.toText());
    return this.#marks;
  }

  clone(): HeaderList {
    const entries = this.#text === undefined ? this.#entries!.slice() : undefined;
    return new HeaderList(this.#text, entries, this.#marks);
  }

  #tidy(): void {
    this.#parsed();
    this.#changed();
  }

  #changed(): void {
    this.#text = undefined;
    this.#marks = undefined;
  }

  #parsed(): string[] {
    if (this.#entries !== undefined) return this.#entries;
    const entries: string[] = [];
    const text = this.#text!;
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf("\r\n", start);
      const colon = text.indexOf(":", start);
      const name = text.slice(start, colon);
      entries.push(name, name.toLowerCase(), fieldValue(text, colon + 1, end));
      start = end + 2;
    }
    this.#entries = entries;
    return entries;
  }
}
