import type { ChunkContext } from "../chunks.ts";
import { contentOf } from "../http/body.ts";
import { FileContent } from "../http/content.ts";
import { findField } from "../http/header_syntax.ts";
import type { Request, RequestClass } from "../http/request.ts";
import type { RequestView } from "../http/request_view.ts";
import type { Response, ResponseClass } from "../http/response.ts";
import {
  charCodeAt,
  functionText,
  indexOf,
  PlainPromise,
  PlainWeakMap,
  promiseThen,
  slice,
  weakMapGet,
  weakMapSet,
} from "../language/primordials.ts";
import type { Handler, ResponseHook } from "../turn/script_module.ts";
import type { Tracer, Tracing } from "../turn/tracing.ts";
import { tellFieldChanges, tellRequestChanges } from "./view_changes.ts";

export interface TracerParts {
  readonly tracing: Tracing;
  readonly requests: RequestClass;
  readonly responses: ResponseClass;
}

/** Characters of one text: one more than the host looks at, so that it knows of a text that went on. */
const LONGEST_TEXT = 2001;
/** Requests that are traced at once; of older ones is forgotten which return was theirs. */
const MOST_REQUESTS = 64;
/** Begins the mark at the beginning of each function's body, a comment (`script/compile/instrument_returns.ts`). */
const MARK = "/*@";

/** What is known of one request that is traced. */
interface Traced {
  /** By which the host numbers its trace. */
  readonly number: number;
  /** The script whose function has it. */
  script: number;
  /** That function's number, -1 when it is not of the site's own modules. */
  of: number;
  /** The return it has executed last, -1 for none. */
  own: number;
  /** The return that brought a Response last, -1 for none. */
  response: number;
  before: RequestView | undefined;
  head: { readonly status: number; readonly fields: string } | undefined;
}

/**
 * Which return decided: the one that the handler's own function has executed last, so it is exact whatever it returned
 * and whatever else ran meanwhile. A handler of a package, a router say, hands on what a function of the site has made:
 * there it is the return that brought that object last; when it hands on another one, made of that maybe, the trace
 * only tells which return brought a Response last.
 *
 * Built-ins are used as they were before scripts ran: what scripts put in their place would be given what is in here.
 */
export class GuestTracer implements Tracer {
  readonly #note: (kind: string, ...values: unknown[]) => void;
  readonly #parts: TracerParts;
  /** A ring. */
  readonly #requests: Traced[] = [];
  #next = 0;
  readonly #places = new PlainWeakMap<object, number>();
  readonly #numbers = new PlainWeakMap<object, number>();
  /** Whether it is at work: what that makes a script do is not told. */
  #isBusy = false;

  constructor({ host, outbox }: ChunkContext, parts: TracerParts) {
    this.#note = host.trace!;
    this.#parts = parts;
    outbox.onLog = (level, text) => {
      if (parts.tracing.current !== 0) this.#attempt(() => this.#note("log", level, cut(text)));
    };
  }

  handed(request: Request, handler: Handler): void {
    this.#attempt(() => {
      const traced = this.#begin(handler.script, handler.source);
      traced.before = this.#parts.requests.viewOf(request);
      this.#note("script", handler.script);
    });
  }

  decided(request: Request, result: unknown): void {
    this.#attempt(() => {
      const traced = this.#current();
      if (traced?.before === undefined) return;
      const { requests } = this.#parts;
      tellRequestChanges(traced.before, requests.viewOf(request), this.#tell(traced));
      this.#return(traced, result, this.#described(result));
      if (!(result instanceof requests.Request)) return;
      const { method, path, search } = requests.viewOf(result);
      this.#note("restart", traced.script, method, cut(path + search));
    });
  }

  handedHead(response: Response, hook: ResponseHook, index: number): void {
    this.#attempt(() => {
      const script = this.#parts.tracing.hookScripts[index] ?? 0;
      const traced = this.#begin(script, hook);
      traced.head = this.#headOf(response);
      this.#note("onResponse", script);
    });
  }

  decidedHead(result: unknown, given: Response): void {
    this.#attempt(() => {
      const traced = this.#current();
      if (traced?.head === undefined) return;
      const after = result ?? given;
      if (after instanceof this.#parts.responses.Response) {
        const { status, fields } = this.#headOf(after);
        const tell = this.#tell(traced);
        if (status !== traced.head.status) tell("status", `${traced.head.status}`, `${status}`);
        tellFieldChanges(traced.head.fields, fields, tell);
      }
      this.#return(traced, result, this.#described(result));
    });
  }

  returned(of: number, place: number, value: unknown): void {
    this.#attempt(() => {
      const traced = this.#current();
      if (traced?.of === of) traced.own = place;
      this.#placed(value, place, traced);
      // What a function promises is what a router hands on.
      if (traced?.of === -1 && value instanceof PlainPromise) {
        promiseThen(value, (later) => this.#attempt(() => this.#placed(later, place, traced)), ignore);
      }
    });
  }

  #placed(value: unknown, place: number, traced: Traced | undefined): void {
    if (typeof value !== "object" || value === null) return;
    weakMapSet(this.#places, value, place);
    if (traced !== undefined && value instanceof this.#parts.responses.Response) traced.response = place;
  }

  #current(): Traced | undefined {
    const { current } = this.#parts.tracing;
    for (let i = 0; i < this.#requests.length; i++) {
      if (this.#requests[i]!.number === current) return this.#requests[i];
    }
    return undefined;
  }

  #begin(script: number, source: unknown): Traced {
    let traced = this.#current();
    if (traced === undefined) {
      const { current } = this.#parts.tracing;
      traced = { number: current, script, of: -1, own: -1, response: -1, before: undefined, head: undefined };
      this.#requests[this.#next] = traced;
      this.#next = (this.#next + 1) % MOST_REQUESTS;
    }
    traced.script = script;
    traced.of = typeof source === "function" ? this.#numberOf(source) : -1;
    traced.own = -1;
    traced.response = -1;
    return traced;
  }

  /** Of its own number and those of the functions within, the own one is the least; -1 without any. */
  #numberOf(source: object): number {
    let least = weakMapGet(this.#numbers, source);
    if (least !== undefined) return least;
    least = -1;
    const text = functionText(source);
    for (let at = indexOf(text, MARK); at !== -1; at = indexOf(text, MARK, at + 1)) {
      const number = numberAt(text, at + MARK.length);
      if (number !== -1 && (least === -1 || number < least)) least = number;
    }
    weakMapSet(this.#numbers, source, least);
    return least;
  }

  #return(traced: Traced, result: unknown, what: string): void {
    let place = traced.own;
    if (place === -1 && typeof result === "object" && result !== null) {
      place = weakMapGet(this.#places, result) ?? -1;
    }
    const latest = place === -1 && result instanceof this.#parts.responses.Response ? traced.response : -1;
    this.#note("return", traced.script, place, cut(what), latest);
  }

  #tell({ script }: Traced): (name: string, from: string | undefined, to: string | undefined) => void {
    return (name, from, to) => this.#note("change", script, cut(name), from && cut(from), to && cut(to));
  }

  #described(result: unknown): string {
    const { requests, responses } = this.#parts;
    if (result === undefined || result === null) return "nothing";
    if (typeof result === "number") return `${result}`;
    if (result instanceof requests.Request) {
      const { method, path, search } = requests.viewOf(result);
      return `Request ${method} ${path}${search}`;
    }
    if (!(result instanceof responses.Response)) return `a value of type ${typeof result}`;
    const { status, fields } = this.#headOf(result);
    const location = findField(fields, "location");
    if (location !== null) return `Response ${status} location ${location}`;
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

  /** A trace never changes what happens. */
  #attempt(action: () => void): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      action();
    } catch {
      // There is less to be told.
    } finally {
      this.#isBusy = false;
    }
  }
}

/** The whole number that ends with a star, -1 when there is none. */
function numberAt(text: string, start: number): number {
  let number = 0;
  for (let at = start; at < start + 9; at++) {
    const code = charCodeAt(text, at);
    if (code === 0x2a) return at === start ? -1 : number;
    if (!(code >= 0x30 && code <= 0x39)) return -1;
    number = number * 10 + (code - 0x30);
  }
  return -1;
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? slice(text, 0, LONGEST_TEXT) : text;
}

function ignore(): void {}
