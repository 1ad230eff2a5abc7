import type { SiteIsolate } from "./site_isolate.ts";

/** Older versions of a site's scripts that still have something to finish. Each ends when it has. */
export class RetiredIsolates {
  readonly #waitLimit: number;
  readonly #tell: (message: string) => void;
  /** Each with the timer that ends its waiting. */
  readonly #isolates = new Map<SiteIsolate, NodeJS.Timeout>();

  /** `waitLimit`: milliseconds that one may go on for `ctx.waitUntil` alone; `tell` hears when it was too long. */
  constructor(waitLimit: number, tell: (message: string) => void) {
    this.#waitLimit = waitLimit;
    this.#tell = tell;
  }

  /** One that has nothing to finish ends now. */
  add(isolate: SiteIsolate): void {
    if (!isolate.busy) return isolate.dispose();
    this.#isolates.set(isolate, setTimeout(() => this.#waitedLong(isolate), this.#waitLimit).unref());
  }

  /** The isolate may have finished; nothing happens when it has not, or is none of these. */
  finished(isolate: SiteIsolate): void {
    if (isolate.busy || !this.#isolates.has(isolate)) return;
    this.forget(isolate);
    isolate.dispose();
  }

  /** It ends in another way. */
  forget(isolate: SiteIsolate): void {
    clearTimeout(this.#isolates.get(isolate));
    this.#isolates.delete(isolate);
  }

  /** Hands over all of them, to be ended in another way. */
  takeAll(): SiteIsolate[] {
    const isolates = [...this.#isolates.keys()];
    for (const isolate of isolates) this.forget(isolate);
    return isolates;
  }

  #waitedLong(isolate: SiteIsolate): void {
    const promises = isolate.work.waitNoLonger();
    if (promises === 0 || !this.#isolates.has(isolate)) return;
    const message = `version ${isolate.compiled.version} has been replaced: it goes on no longer for ctx.waitUntil`;
    this.#tell(`${message}, ${promises} promises are open after ${this.#waitLimit} ms`);
    this.finished(isolate);
  }
}
