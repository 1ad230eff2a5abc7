import { cut, LONGEST_GIVEN, microseconds, type Trace, type TraceEvent } from "../../observe/trace.ts";
import type { Event } from "../guest_isolate.ts";
import { eventResult, unpackedStat } from "./trace_texts.ts";

/** An operation that a traced request has begun. */
interface TracedOperation {
  readonly trace: Trace;
  /** Its number in the trace. */
  readonly number: number;
  readonly since: number;
  readonly what: string;
  /** Who answered, when the event does not say it. */
  by?: string;
}

type HostFunction = (...values: never[]) => unknown;

/**
 * What is traced in one isolate. Events of a traced request go in alone, so whatever happens in such an entry, its microtasks included,
 * belongs to that request, and so does the entry in which an operation ends that was begun there. Only what scripts
 * share among requests, such as one promise that several wait for, counts for the request in whose entry it is settled.
 */
export class IsolateTracing {
  readonly #scripts: readonly string[];
  readonly #returns: readonly string[];
  readonly #mapText: (text: string) => string;
  readonly #operations = new Map<number, TracedOperation>();
  readonly #numbers = new WeakMap<Trace, number>();
  #lastNumber = 0;
  /** Of the request whose entry runs. */
  current: Trace | undefined;

  /**
   * `scripts`: paths in the order of the site. `returns`: as in `CompiledSite`. `mapText` takes the places in stacks back to
   * the source.
   */
  constructor(
    scripts: readonly string[],
    returns: readonly string[] | undefined,
    mapText: (text: string) => string,
  ) {
    this.#scripts = scripts;
    this.#returns = returns ?? [];
    this.#mapText = mapText;
  }

  /** The host function by which the guest tells its steps. Trusts no argument; returns nothing. */
  readonly note = (kind: unknown, ...values: unknown[]): void => {
    const event = this.current && this.#event(kind, values);
    if (event !== undefined) this.current!.add(event);
  };

  tracedStat(stat: (path: unknown) => string | undefined): (path: unknown) => string | undefined {
    return (path) => {
      const trace = this.current;
      if (trace === undefined) return stat(path);
      const since = performance.now();
      const packed = stat(path);
      const took = microseconds(performance.now() - since);
      trace.add({ step: "stat", path: String(path), found: unpackedStat(packed), took });
      return packed;
    };
  }

  /** The same functions, whose calls are taken down by their names. */
  tracedCrypto<Functions extends object>(functions: Functions): Functions {
    const traced = Object.entries(functions).map(([name, run]: [string, HostFunction]) => {
      const call = (...values: never[]): unknown => {
        const trace = this.current;
        if (trace === undefined) return run(...values);
        const since = performance.now();
        const result = run(...values);
        const detail = typeof values[0] === "string" ? ` ${String(values[0]).slice(0, 20)}` : "";
        trace.add({
          step: "crypto",
          name: name + detail,
          took: microseconds(performance.now() - since),
        });
        return result;
      };
      return [name, call];
    });
    return Object.fromEntries(traced) as Functions;
  }

  /** Makes an entry of events of that request, and only of that. */
  entered(trace: Trace, guest: { traceNumber: number }, enter: () => void): void {
    const since = performance.now();
    this.current = trace;
    guest.traceNumber = this.#numberOf(trace);
    try {
      enter();
    } finally {
      this.current = undefined;
      guest.traceNumber = 0;
      trace.scripts += performance.now() - since;
    }
  }

  /** An operation begins, by default for the request whose entry runs. */
  began(operation: number, what: string, trace: Trace | undefined = this.current): void {
    if (trace === undefined) return;
    const number = trace.nextOperation();
    trace.add({ step: "begin", operation: number, what });
    this.#operations.set(operation, { trace, number, since: performance.now(), what });
  }

  /** It ends with this event, or with a word of the host's. Returns the trace it belongs to, if it is traced. */
  ended(operation: number, event: string, bytes?: Event): Trace | undefined {
    const traced = this.#operations.get(operation);
    if (traced === undefined) return undefined;
    this.#operations.delete(operation);
    const { trace, number, since, what, by } = traced;
    const took = microseconds(performance.now() - since);
    const result = eventResult(event, bytes, what) + (by === undefined ? "" : ` from ${by}`);
    trace.add({ step: "end", operation: number, result, took });
    return trace;
  }

  answeredBy(operation: number, by: string): void {
    const traced = this.#operations.get(operation);
    if (traced !== undefined) traced.by = by;
  }

  /** By which the guest tells traces apart. */
  #numberOf(trace: Trace): number {
    let number = this.#numbers.get(trace);
    if (number === undefined) {
      this.#lastNumber = (this.#lastNumber % 0x7fffffff) + 1;
      number = this.#lastNumber;
      this.#numbers.set(trace, number);
    }
    return number;
  }

  #event(kind: unknown, values: readonly unknown[]): TraceEvent | undefined {
    const [first, second, third, fourth] = values;
    const script = this.#scripts[Number(first)] ?? "";
    switch (kind) {
      case "script":
      case "onResponse":
        return { step: kind, script };
      case "return": {
        const [place, latest] = [this.#returns[Number(second)], this.#returns[Number(fourth)]];
        return {
          step: "return",
          script,
          what: text(third),
          ...(place === undefined ? {} : { place }),
          ...(latest === undefined ? {} : { latest }),
        };
      }
      case "change":
        return {
          step: "change",
          script,
          name: text(second),
          ...(third === undefined ? {} : { from: text(third) }),
          ...(fourth === undefined ? {} : { to: text(fourth) }),
        };
      case "restart":
        return { step: "restart", method: text(second), target: text(third) };
      case "log":
        return { step: "log", level: Number(first), text: this.#mapText(text(second)) };
      default:
        return undefined;
    }
  }
}

/** Cut before anything is done with it. */
function text(value: unknown): string {
  return typeof value === "string" ? cut(value, LONGEST_GIVEN) : typeof value;
}
