import { NumberTable } from "../../collections/number_table.ts";
import { changesText } from "../http/request_changes.ts";
import { type AnswerParts, Answers } from "./answers.ts";
import { passesThrough } from "./execution_context.ts";
import type { Handler, ResponseHook } from "./script_module.ts";
import { settleOperation } from "./settle_operation.ts";
import type { SiteExchange } from "./site_exchange.ts";
import type { Timers } from "./timers.ts";

const MOST_RESTARTS = 10;

export interface TurnParts extends AnswerParts {
  readonly timers: Timers;
  /** Element 0 tells the host which event runs. */
  readonly running: Int32Array;
}

/** The life of exchanges inside the isolate: events in, commands out. `protocol.md` is the contract. */
export class Turn {
  readonly #parts: TurnParts;
  readonly #exchanges = new NumberTable<SiteExchange>();
  readonly #answers: Answers;
  #handlers: readonly Handler[] = [];

  constructor(parts: TurnParts) {
    this.#parts = parts;
    this.#answers = new Answers(parts, this.#exchanges);
  }

  /** The scripts have been evaluated. Returns whether heads must come by before they are sent. */
  use(handlers: readonly Handler[], hooks: readonly ResponseHook[]): boolean {
    this.#handlers = handlers;
    return this.#answers.use(hooks);
  }

  enter(events: readonly unknown[]): string {
    const { running, outbox } = this.#parts;
    if (events[0] === "L") outbox.restore();
    outbox.open();
    for (let i = 0; i < events.length; i++) {
      running[0] = i;
      const event = events[i];
      // Bytes belong to the event before them.
      if (typeof event !== "string") continue;
      try {
        this.#handle(event, events[i + 1]);
      } catch (thrown) {
        outbox.report(event[0] === "M" ? "the callback of a timer threw" : "the scripts threw", thrown);
      }
    }
    running[0] = -1;
    return outbox.take();
  }

  #handle(event: string, next: unknown): void {
    switch (event[0]) {
      case "R":
        return this.#begin(event);
      case "H":
        return this.#answers.head(event);
      case "A":
        return this.#answers.over(Number(event.slice(1)));
      case "L":
        return;
      case "M":
        return this.#parts.timers.due(Number(event.slice(1)));
      default:
        return settleOperation(event, next, this.#parts.operations);
    }
  }

  #begin(event: string): void {
    const slot = Number(event.slice(1, event.indexOf("\n")));
    const incoming = this.#parts.requests.incoming(event, slot);
    this.#run({
      slot,
      incoming,
      request: incoming,
      restarts: 0,
      next: 0,
      isHooked: false,
      context: undefined,
    });
  }

  /** Asks script after script until one decides or has to be waited for. */
  #run(exchange: SiteExchange): void {
    const { tracer } = this.#parts.tracing;
    try {
      while (exchange.next < this.#handlers.length) {
        const handler = this.#handlers[exchange.next++]!;
        tracer?.handed(exchange.request, handler);
        const result = handler.decide(exchange);
        if (typeof result === "object" && result !== null && "then" in result) {
          this.#wait(exchange, result as Promise<unknown>);
          return;
        }
        tracer?.decided(exchange.request, result);
        if (result === undefined) continue;
        if (this.#decide(exchange, result)) return;
      }
      this.#escalate(exchange);
    } catch (thrown) {
      this.#failed(exchange, thrown);
    }
  }

  #wait(exchange: SiteExchange, promise: Promise<unknown>): void {
    this.#exchanges.set(exchange.slot, exchange);
    // Promise.resolve makes a native promise of any thenable, so that `then` below cannot be the script's.
    Promise.resolve(promise).then(
      (result) => {
        if (this.#exchanges.get(exchange.slot) !== exchange) return;
        this.#parts.tracing.tracer?.decided(exchange.request, result);
        try {
          if (result !== undefined && this.#decide(exchange, result)) return;
        } catch (thrown) {
          return this.#failed(exchange, thrown);
        }
        this.#run(exchange);
      },
      (thrown) => {
        if (this.#exchanges.get(exchange.slot) === exchange) this.#failed(exchange, thrown);
      },
    );
  }

  /** Returns whether the result ends the scripts' part; a Request starts it over. */
  #decide(exchange: SiteExchange, result: unknown): boolean {
    const { outbox, responses, requests } = this.#parts;
    if (result instanceof responses.Response) {
      this.#answers.respond(exchange, result);
      return true;
    }
    if (typeof result === "number") {
      if (!Number.isInteger(result) || result < 200 || result > 599) {
        throw new RangeError(`the handler returned ${result}: a number is a status from 200 to 599`);
      }
      this.#answers.keepForHook(exchange);
      outbox.standardPage(exchange.slot, result);
      return true;
    }
    if (result instanceof requests.Request) {
      if (requests.slotOf(result) !== exchange.slot) {
        throw new TypeError(
          "the handler returned a Request of its own: return one made from the incoming request, as in new Request(path, request), or the Response that fetch brings",
        );
      }
      if (++exchange.restarts > MOST_RESTARTS) {
        throw new RangeError(
          `the handler returned a Request more than ${MOST_RESTARTS} times: it would never end`,
        );
      }
      exchange.request = result;
      exchange.next = 0;
      return false;
    }
    if (result === null) return false;
    throw new TypeError(
      `the handler of ${this.#handlers[exchange.next - 1]!.file} returned a value of type ${typeof result}: ${wanted(result)}`,
    );
  }

  #escalate(exchange: SiteExchange): void {
    const changes = this.#parts.requests.changesOf(exchange.request);
    this.#answers.keepForHook(exchange);
    this.#parts.outbox.escalate(exchange.slot, changes && changesText(changes));
  }

  #failed(exchange: SiteExchange, thrown: unknown): void {
    const { context } = exchange;
    if (context === undefined || !passesThrough(context)) return this.#answers.failed(exchange, thrown);
    this.#parts.outbox.report("the handler threw, and the request passes through", thrown);
    try {
      this.#escalate(exchange);
    } catch (again) {
      this.#answers.failed(exchange, again);
    }
  }
}

/** What a handler may return, with what it probably meant. */
function wanted(result: unknown): string {
  const rule = "return a Response, a Request, a number or nothing";
  if (typeof result === "string") return `${rule}; new Response(text) makes an answer of text`;
  return typeof result === "object" ? `${rule}; Response.json(value) makes an answer of an object` : rule;
}
