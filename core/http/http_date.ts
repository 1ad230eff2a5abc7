/** The current time as IMF-fixdate (RFC 9110 section 5.6.7), made anew once a second. */
export class DateCache {
  readonly #now: () => number;
  #second = -1;
  #text = "";

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  value(): string {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(second * 1000).toUTCString();
    }
    return this.#text;
  }
}
