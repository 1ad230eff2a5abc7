import { parseCookie } from "cookie";

/** The cookies a client sent, by name; of several with one name the first counts, as RFC 6265 section 5.4 sorts them. */
export class RequestCookies {
  readonly #values: Readonly<Record<string, string | undefined>>;

  /** `header`: value of the Cookie field, null without one. Values that are percent-encoded are decoded. */
  constructor(header: string | null) {
    this.#values = header === null ? {} : parseCookie(header);
  }

  get(name: string): string | undefined {
    const key = `${name}`;
    return Object.hasOwn(this.#values, key) ? this.#values[key] : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get size(): number {
    return Object.keys(this.#values).length;
  }

  *[Symbol.iterator](): Generator<[name: string, value: string]> {
    for (const name of Object.keys(this.#values)) yield [name, this.#values[name]!];
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this);
  }
}
