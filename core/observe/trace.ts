/** What happened to a request, step by step. Texts come from clients and scripts: whoever shows them makes them harmless. */
export type TraceEvent =
  /** The head is there, the site is found. */
  | {
      readonly step: "request";
      readonly id: string;
      readonly method: string;
      readonly target: string;
      readonly site: string;
    }
  /** The site's isolate was made for this request. */
  | { readonly step: "load"; readonly version: number; readonly took: number }
  /** Handed to the handler of a script. */
  | { readonly step: "script"; readonly script: string }
  /** Handed to a script's onResponse. */
  | { readonly step: "onResponse"; readonly script: string }
  /**
   * `place`: `FILE:LINE:COLUMN` of the `return` that decided, when it is known; else `latest`, of the one that brought a
   * Response last, which may be what the answer was made of.
   */
  | {
      readonly step: "return";
      readonly script: string;
      readonly what: string;
      readonly place?: string;
      readonly latest?: string;
    }
  /** A script has left something else behind than it was given; undefined for what was not there, or is not any more. */
  | {
      readonly step: "change";
      readonly script: string;
      readonly name: string;
      readonly from?: string;
      readonly to?: string;
    }
  /** A script has returned a Request: all begins again with it. */
  | { readonly step: "restart"; readonly method: string; readonly target: string }
  | { readonly step: "stat"; readonly path: string; readonly found: string; readonly took: number }
  | { readonly step: "crypto"; readonly name: string; readonly took: number }
  | { readonly step: "log"; readonly level: number; readonly text: string }
  /** An operation of the host begins: a fetch, a body being read, a timer, readFile. */
  | { readonly step: "begin"; readonly operation: number; readonly what: string }
  | { readonly step: "end"; readonly operation: number; readonly result: string; readonly took: number }
  /** The scripts leave it to the proxy. */
  | { readonly step: "escalate"; readonly to: string; readonly method: string; readonly target: string }
  /** What that brought. */
  | { readonly step: "answer"; readonly by: string; readonly status: number; readonly took: number }
  | {
      readonly step: "failure";
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly place?: string;
    }
  /** The response's head goes to the client. */
  | { readonly step: "send"; readonly status: number; readonly by: string }
  /** All of it has gone, or `error` tells why not. `scripts`: milliseconds spent in the isolate. */
  | {
      readonly step: "end of request";
      readonly bytes: number;
      readonly scripts: number;
      readonly error?: string;
    }
  /** Steps that there was no room for. */
  | { readonly step: "left out"; readonly steps: number };

/** `at`: milliseconds since the trace began, in steps of a microsecond, as `took` is. */
export type TraceStep = { readonly at: number } & TraceEvent;

export interface TraceLimits {
  readonly steps: number;
  /** Of all steps as JSON. */
  readonly characters: number;
}

export interface TraceOptions {
  /** Makes a text what may be told of it. A text that ends with `CUT` went on. */
  readonly mask?: ((text: string) => string) | undefined;
  /** Monotonic milliseconds. */
  readonly now?: (() => number) | undefined;
}

/** Characters of one text. */
const LONGEST_TEXT = 1000;
/** Characters of a text that are looked at. */
export const LONGEST_GIVEN = 2000;
/** Ends a text that was cut. */
export const CUT = "…";
/** Steps that tell how it ended find room always. */
const LAST: ReadonlySet<TraceEvent["step"]> = new Set(["answer", "failure", "send", "end of request"]);

/** Takes down the steps of one request, within bounds: scripts can make as many as they like. */
export class Trace {
  readonly steps: TraceStep[] = [];
  readonly #limits: TraceLimits;
  readonly #mask: (text: string) => string;
  readonly #now: () => number;
  readonly #started: number;
  /** Milliseconds spent in the isolate. */
  scripts = 0;
  #operations = 0;
  #characters = 0;
  #leftOut = 0;

  constructor(limits: TraceLimits, { mask, now }: TraceOptions = {}) {
    this.#limits = limits;
    this.#mask = mask ?? ((text) => text);
    this.#now = now ?? (() => performance.now());
    this.#started = this.#now();
  }

  /** Milliseconds since it began. */
  get elapsed(): number {
    return microseconds(this.#now() - this.#started);
  }

  /** The scripts are there; `since`: milliseconds of its clock. */
  loaded(version: number, since: number): void {
    this.add({ step: "load", version, took: microseconds(this.#now() - since) });
  }

  /** A number for an operation: they count from 1 in each trace. */
  nextOperation(): number {
    return ++this.#operations;
  }

  add(event: TraceEvent): void {
    const step: TraceStep = { at: this.elapsed, ...this.#told(event) };
    const { length } = JSON.stringify(step);
    const isFull =
      this.steps.length >= this.#limits.steps || this.#characters + length > this.#limits.characters;
    if (isFull && !LAST.has(event.step)) {
      this.#leftOut++;
      return;
    }
    if (this.#leftOut > 0) this.steps.push({ at: step.at, step: "left out", steps: this.#leftOut });
    this.#leftOut = 0;
    this.#characters += length;
    this.steps.push(step);
  }

  /** Masked before they are cut: half a secret would not be known for one. */
  #told<Event extends TraceEvent>(event: Event): Event {
    const told = Object.entries(event).map(([name, value]) =>
      typeof value !== "string" || name === "step"
        ? [name, value]
        : [name, cut(this.#mask(cut(value, LONGEST_GIVEN)), LONGEST_TEXT)],
    );
    return Object.fromEntries(told) as Event;
  }
}

/** At most so many characters, and `CUT` when there were more. */
export function cut(text: string, length: number): string {
  return text.length > length ? text.slice(0, length) + CUT : text;
}

/** Rounded to whole microseconds. */
export function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
