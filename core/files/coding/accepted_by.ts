import type { HeaderList } from "../../http/header_list.ts";
import { acceptedEncodings } from "./accept_encoding.ts";
import type { Encoding } from "./encoding.ts";

/** The begin of a line of the field; the one before it ends with a newline, unless it is the first. */
const FIELD = /accept-encoding:/gi;
const NEWLINE = 0x0a;

/** Browsers and tools have a handful of values among them. */
const MOST_KNOWN = 100;
const LONGEST_KNOWN = 200;

const NONE: readonly Encoding[] = [];

/** Whether the name that ends before `end` begins a line. */
function isLine(text: string, end: number): boolean {
  const start = end - "accept-encoding:".length;
  return start === 0 || text.charCodeAt(start - 1) === NEWLINE;
}

/** Tells which encodings the sender of a request takes. Each value of the field is read once. */
export class AcceptedEncodings {
  readonly #preferred: readonly Encoding[];
  readonly #known = new Map<string, readonly Encoding[]>();

  /** @param preferred those offered; of equally welcome ones the first is taken */
  constructor(preferred: readonly Encoding[]) {
    this.#preferred = preferred;
  }

  /** The most welcome first. Looks at the text of the head, so that its fields need not be taken apart. */
  of(headers: HeaderList): readonly Encoding[] {
    const text = headers.toText();
    FIELD.lastIndex = 0;
    if (!FIELD.test(text)) return NONE;
    const start = FIELD.lastIndex;
    const isField = isLine(text, start);
    const isOnly = !FIELD.test(text);
    if (isField && isOnly) return this.#lookUp(text.slice(start, text.indexOf("\r", start)));
    const value = headers.get("accept-encoding");
    return value === undefined ? NONE : acceptedEncodings(value, this.#preferred);
  }

  #lookUp(value: string): readonly Encoding[] {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const accepted = acceptedEncodings(value, this.#preferred);
    if (value.length <= LONGEST_KNOWN) {
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      this.#known.set(value, accepted);
    }
    return accepted;
  }
}
