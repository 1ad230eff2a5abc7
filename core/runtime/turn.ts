import { contentOf, FileContent, HeldBody } from "./body.ts";
import { errorText } from "./error_text.ts";
import { headersFromText } from "./headers.ts";
import type { Operations } from "./operations.ts";
import type { Outbox } from "./outbox.ts";
import type { RequestClass } from "./request.ts";
import type { Response, ResponseClass } from "./response.ts";
import { ResponseHooks } from "./response_hooks.ts";
import type { Handler, ResponseHook } from "./script_module.ts";
import { sendResponse } from "./send_response.ts";
import { settleOperation } from "./settle_operation.ts";
import type { SiteExchange } from "./site_exchange.ts";
import type { Timers } from "./timers.ts";

const MOST_RESTARTS = 10;

export interface TurnParts {
  readonly outbox: Outbox;
  readonly operations: Operations;
  readonly timers: Timers;
  readonly requests: RequestClass;
  readonly responses: ResponseClass;
  readonly putBytes: (bytes: Uint8Array<ArrayBuffer>) => number;
  /** Element 0 tells the host which event runs. */
  readonly running: Int32Array;
}

/** The life of exchanges inside the isolate: events in, commands out. `protocol.md` is the contract. */
export class Turn {
  readonly #parts: TurnParts;
  readonly #exchanges = new Map<number, SiteExchange>();
  readonly #hooks: ResponseHooks;
  #handlers: readonly Handler[] = [];

  constructor(parts: TurnParts) {
    this.#parts = parts;
    this.#hooks = new ResponseHooks(parts.responses);
  }

  /** The scripts have been evaluated. Returns whether heads must come by before they are sent. */
  use(handlers: readonly Handler[], hooks: readonly ResponseHook[]): boolean {
    this.#handlers = handlers;
    this.#hooks.use(hooks);
    return this.#hooks.any;
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
        outbox.log(50, errorText(thrown));
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
        return this.#head(event);
      case "A":
        this.#exchanges.delete(Number(event.slice(1)));
        return;
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
    const request = this.#parts.requests.incoming(event, slot);
    this.#run({ slot, request, restarts: 0, next: 0, isHooked: false });
  }

  /** Asks script after script until one decides or has to be waited for. */
  #run(exchange: SiteExchange): void {
    try {
      while (exchange.next < this.#handlers.length) {
        // Called by itself, or `this` would be the list of handlers.
        const handler = this.#handlers[exchange.next++]!;
        const result = handler(exchange.request);
        if (result === undefined) continue;
        if (typeof result === "object" && result !== null && "then" in result) {
          this.#wait(exchange, result as Promise<unknown>);
          return;
        }
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
      this.#exchanges.delete(exchange.slot);
      this.#respond(exchange, result);
      return true;
    }
    if (typeof result === "number") {
      if (!Number.isInteger(result) || result < 200 || result > 599) {
        throw new RangeError(`the handler returned ${result}: a number is a status from 200 to 599`);
      }
      this.#keepForHook(exchange);
      outbox.standardPage(exchange.slot, result);
      return true;
    }
    if (result instanceof requests.Request) {
      if (requests.slotOf(result) !== exchange.slot) {
        throw new TypeError(
          "the handler returned a Request of its own: return one made from the incoming request, as in new Request(url, request)",
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
      `the handler returned a value of type ${typeof result}: return a Response, a Request, a number or nothing`,
    );
  }

  #escalate(exchange: SiteExchange): void {
    const changes = this.#parts.requests.changesOf(exchange.request);
    this.#keepForHook(exchange);
    this.#parts.outbox.escalate(exchange.slot, changes === undefined ? undefined : JSON.stringify(changes));
  }

  /** What escalation brings will pass the hooks, which want the request. */
  #keepForHook(exchange: SiteExchange): void {
    if (this.#hooks.any) this.#exchanges.set(exchange.slot, exchange);
    else this.#exchanges.delete(exchange.slot);
  }

  /** Files are only looked at by the host, so their head comes by later; other answers pass the hooks here. */
  #respond(exchange: SiteExchange, response: Response): void {
    if (!this.#hooks.any) return sendResponse(exchange.slot, response, this.#parts);
    if (contentOf(response) instanceof FileContent) {
      this.#keepForHook(exchange);
      return sendResponse(exchange.slot, response, this.#parts);
    }
    this.#runHooks(exchange, response, (hooked) => {
      if (contentOf(hooked) instanceof FileContent) {
        exchange.isHooked = true;
        this.#keepForHook(exchange);
      }
      sendResponse(exchange.slot, hooked, this.#parts);
    });
  }

  /** A head that escalation brought comes by on its way to the client. */
  #head(event: string): void {
    const { outbox, responses } = this.#parts;
    const [slotText = "", status = "", by = ""] = event.slice(1, 100).split("\n", 3);
    const slot = Number(slotText);
    const exchange = this.#exchanges.get(slot);
    if (exchange === undefined) return;
    this.#exchanges.delete(slot);
    const fields = event.slice(1 + slotText.length + 1 + status.length + 1 + by.length + 1);
    if (exchange.isHooked) return outbox.head(slot, Number(status), fields);
    const held = new HeldBody(slot, -1);
    const headers = headersFromText(fields);
    try {
      this.#runHooks(
        exchange,
        responses.incoming({ status: Number(status), headers, body: held }),
        (hooked) => {
          if (contentOf(hooked) !== held) return sendResponse(slot, hooked, this.#parts);
          if (held.used) throw new TypeError("onResponse has read the body: it must return a new Response");
          outbox.head(slot, responses.statusOf(hooked), responses.fieldsOf(hooked));
        },
      );
    } catch (thrown) {
      this.#failed(exchange, thrown);
    }
  }

  #runHooks(exchange: SiteExchange, response: Response, send: (response: Response) => void): void {
    const hooked = this.#hooks.apply(exchange.request, response);
    if (hooked instanceof this.#parts.responses.Response) return send(hooked);
    this.#exchanges.set(exchange.slot, exchange);
    const finish = (action: () => void): void => {
      if (!this.#exchanges.delete(exchange.slot)) return;
      try {
        action();
      } catch (thrown) {
        this.#failed(exchange, thrown);
      }
    };
    hooked.then(
      (later) => finish(() => send(later)),
      (thrown) => finish(() => this.#failed(exchange, thrown)),
    );
  }

  #failed(exchange: SiteExchange, thrown: unknown): void {
    this.#exchanges.delete(exchange.slot);
    this.#parts.outbox.failed(exchange.slot, errorText(thrown));
  }
}
