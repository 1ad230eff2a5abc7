import type { HeaderList } from "../../http/header_list.ts";
import { acceptedEncodings } from "./accept_encoding.ts";
import type { Encoding } from "./encoding.ts";

/** A line of the field, and whether there is another one. */
const FIELD = /(?:^|\n)accept-encoding:([^\r\n]*)/i;

/** Browsers and tools have a handful of values among them. */
const MOST_KNOWN = 100;
const LONGEST_KNOWN = 200;

const NONE: readonly Encoding[] = [];

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
    const match = FIELD.exec(text);
    if (match === null) return NONE;
    const value = match[1]!;
    const isOnly = !FIELD.test(text.slice(match.index + match[0].length));
    return isOnly ? this.#lookUp(value) : acceptedEncodings(headers.get("accept-encoding")!, this.#preferred);
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
