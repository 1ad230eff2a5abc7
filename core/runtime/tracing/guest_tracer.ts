import { contentOf } from "../body.ts";
import type { ChunkContext } from "../chunks.ts";
import { FileContent } from "../content.ts";
import type { Request, RequestClass } from "../request.ts";
import type { RequestView } from "../request_view.ts";
import type { Response, ResponseClass } from "../response.ts";
import type { Handler, ResponseHook } from "../script_module.ts";
import type { Tracer, Tracing } from "../tracing.ts";
import { type Change, fieldChanges, viewChanges } from "./view_changes.ts";

export interface TracerParts {
  readonly tracing: Tracing;
  readonly requests: RequestClass;
  readonly responses: ResponseClass;
}

/** Characters of one text; the host has a bound of its own. */
const LONGEST_TEXT = 2000;
/** Requests that are traced at once; of older ones is forgotten which return was theirs. */
const MOST_REQUESTS = 64;
/** The mark at the beginning of each function's body (`script/instrument_returns.ts`). */
const MARK = /\/\*@(\d+)\*\//g;

/** What is known of one request that is traced. */
interface Traced {
  /** The script whose function has it. */
  script: number;
  /** That function's number, undefined when it is not of the site's own modules. */
  of: number | undefined;
  before: RequestView | undefined;
  head: { readonly status: number; readonly fields: string } | undefined;
  /** The return that each function has executed last. */
  readonly last: Map<number, number>;
  /** The return that brought a Response last, -1 for none. */
  response: number;
}

/**
 * Which return decided: the one that the handler's own function has executed last, so it is exact whatever it returned and whatever
 * else ran meanwhile. A handler of a package, a router say, hands on what a function of the site has made: there
 * it is the return that brought that object last; when it hands on another one, made of that maybe, the trace only tells
 * which return brought a Response last.
 */
export class GuestTracer implements Tracer {
  readonly #note: (kind: string, ...values: unknown[]) => void;
  readonly #parts: TracerParts;
  readonly #requests = new Map<number, Traced>();
  readonly #places = new WeakMap<object, number>();
  readonly #numbers = new WeakMap<object, number>();

  constructor({ host, outbox }: ChunkContext, parts: TracerParts) {
    this.#note = host.trace!;
    this.#parts = parts;
    outbox.onLog = (level, text) => {
      if (parts.tracing.current !== 0) this.#note("log", level, text.slice(0, LONGEST_TEXT));
    };
  }

  handed(request: Request, handler: Handler): void {
    attempt(() => {
      const { script, source } = handler;
      const traced = this.#begin(script, source);
      traced.before = this.#parts.requests.viewOf(request);
      this.#note("script", script);
    });
  }

  decided(request: Request, result: unknown): void {
    attempt(() => {
      const traced = this.#requests.get(this.#parts.tracing.current);
      if (traced?.before === undefined) return;
      this.#changed(traced, viewChanges(traced.before, this.#parts.requests.viewOf(request)));
      this.#return(traced, result, this.#described(result));
      if (!(result instanceof this.#parts.requests.Request)) return;
      const { method, path, search } = this.#parts.requests.viewOf(result);
      this.#note("restart", traced.script, method, cut(path + search));
    });
  }

  handedHead(response: Response, hook: ResponseHook, index: number): void {
    attempt(() => {
      const script = this.#parts.tracing.hookScripts[index] ?? 0;
      const traced = this.#begin(script, hook);
      traced.head = this.#headOf(response);
      this.#note("onResponse", script);
    });
  }

  decidedHead(result: unknown, given: Response): void {
    attempt(() => {
      const traced = this.#requests.get(this.#parts.tracing.current);
      if (traced?.head === undefined) return;
      const after = result ?? given;
      if (after instanceof this.#parts.responses.Response) {
        const head = this.#headOf(after);
        const { status, fields } = traced.head;
        const changes = fieldChanges(fields, head.fields);
        if (status !== head.status) changes.unshift(["status", String(status), String(head.status)]);
        this.#changed(traced, changes);
      }
      this.#return(traced, result, this.#described(result));
    });
  }

  returned(of: number, place: number, value: unknown): void {
    attempt(() => {
      const traced = this.#requests.get(this.#parts.tracing.current);
      traced?.last.set(of, place);
      this.#placed(value, place, traced);
      // What a function promises is what a router hands on.
      if (value instanceof Promise && traced?.of === undefined) {
        value.then((later) => this.#placed(later, place, traced), ignore);
      }
    });
  }

  #placed(value: unknown, place: number, traced: Traced | undefined): void {
    if (typeof value !== "object" || value === null) return;
    this.#places.set(value, place);
    if (traced !== undefined && value instanceof this.#parts.responses.Response) traced.response = place;
  }

  #begin(script: number, source: unknown): Traced {
    const { current } = this.#parts.tracing;
    const traced = this.#requests.get(current) ?? {
      script,
      of: undefined,
      before: undefined,
      head: undefined,
      last: new Map<number, number>(),
      response: -1,
    };
    this.#requests.set(current, traced);
    if (this.#requests.size > MOST_REQUESTS) this.#requests.delete(this.#requests.keys().next().value!);
    traced.script = script;
    traced.of = typeof source === "function" ? this.#numberOf(source) : undefined;
    traced.last.clear();
    traced.response = -1;
    return traced;
  }

  /** Of its own and those of the functions within, the own one is the least. */
  #numberOf(source: object): number | undefined {
    let number = this.#numbers.get(source);
    if (number === undefined) {
      const text = Function.prototype.toString.call(source);
      number = -1;
      for (const [, digits] of text.matchAll(MARK)) {
        if (number === -1 || Number(digits) < number) number = Number(digits);
      }
      this.#numbers.set(source, number);
    }
    return number === -1 ? undefined : number;
  }

  #return(traced: Traced, result: unknown, what: string): void {
    const own = traced.of === undefined ? undefined : traced.last.get(traced.of);
    const others = typeof result === "object" && result !== null ? this.#places.get(result) : undefined;
    const place = own ?? others ?? -1;
    const latest = place === -1 && result instanceof this.#parts.responses.Response ? traced.response : -1;
    this.#note("return", traced.script, place, cut(what), latest);
  }

  #changed({ script }: Traced, changes: readonly Change[]): void {
    for (const [name, from, to] of changes) {
      this.#note("change", script, cut(name), from && cut(from), to && cut(to));
    }
  }

  #described(result: unknown): string {
    const { requests, responses } = this.#parts;
    if (result === undefined || result === null) return "nothing";
    if (typeof result === "number") return String(result);
    if (result instanceof requests.Request) {
      const { method, path, search } = requests.viewOf(result);
      return `Request ${method} ${path}${search}`;
    }
    if (!(result instanceof responses.Response)) return `a value of type ${typeof result}`;
    const { status, fields } = this.#headOf(result);
    const location = /(?:^|\n)location: *([^\r\n]*)/i.exec(fields)?.[1];
    if (location !== undefined) return `Response ${status} location ${location}`;
    const content = contentOf(result);
    if (!(content instanceof FileContent)) return `Response ${status}`;
    return "parts" in content.answer
      ? `Response ${status} of ${content.answer.parts.length} parts`
      : `Response ${status} of file ${content.answer.file}`;
  }

  #headOf(response: Response): { status: number; fields: string } {
    const { responses } = this.#parts;
    return { status: responses.statusOf(response), fields: responses.fieldsOf(response) };
  }
}

/** A trace never changes what happens, not even when a script has changed the built-ins it is made with. */
function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // There is less to be told.
  }
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text;
}

function ignore(): void {}
