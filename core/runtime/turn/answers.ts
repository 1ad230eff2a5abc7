import type { NumberTable } from "../../collections/number_table.ts";
import { errorText } from "../console/error_text.ts";
import { contentOf, isUnusable } from "../http/body.ts";
import { FileContent, HeldBody } from "../http/content.ts";
import { headersFromText } from "../http/headers.ts";
import type { RequestClass } from "../http/request.ts";
import type { SendServices } from "../http/request_changes.ts";
import { abortExtras } from "../http/request_extras.ts";
import type { Response, ResponseClass } from "../http/response.ts";
import { ResponseHooks } from "./response_hooks.ts";
import type { ResponseHook } from "./script_module.ts";
import { sendResponse } from "./send_response.ts";
import type { SiteExchange } from "./site_exchange.ts";
import type { Tracing } from "./tracing.ts";

/** Why the stream of an answer is cancelled. */
const NOBODY_WANTS_IT =
  "nobody takes the rest of the body: the client has left, or asked for the head alone, or nothing came for too long";

export interface AnswerParts extends SendServices {
  readonly requests: RequestClass;
  readonly responses: ResponseClass;
  readonly tracing: Tracing;
}

/** The way of a response out of the isolate: past the hooks, to the host. */
export class Answers {
  readonly #parts: AnswerParts;
  readonly #hooks: ResponseHooks;
  /** Exchanges the isolate still has a part in, by slot. */
  readonly #exchanges: NumberTable<SiteExchange>;

  constructor(parts: AnswerParts, exchanges: NumberTable<SiteExchange>) {
    this.#parts = parts;
    this.#exchanges = exchanges;
    this.#hooks = new ResponseHooks(parts);
  }

  /** Returns whether heads must come by before they are sent. */
  use(hooks: readonly ResponseHook[]): boolean {
    this.#hooks.use(hooks);
    return this.#hooks.any;
  }

  /** Files are only looked at by the host, so their head comes by later; other answers pass the hooks here. */
  respond(exchange: SiteExchange, response: Response): void {
    this.#exchanges.delete(exchange.slot);
    // Before a hook fails at its headers, which nobody may change.
    if (this.#parts.responses.statusOf(response) === 0) {
      throw new TypeError("the handler returned Response.error(), which cannot be sent");
    }
    if (!this.#hooks.any) return this.#send(exchange, response);
    if (contentOf(response) instanceof FileContent) {
      this.keepForHook(exchange);
      return this.#send(exchange, response);
    }
    this.#runHooks(exchange, response, (hooked) => {
      if (contentOf(hooked) instanceof FileContent) {
        exchange.isHooked = true;
        this.keepForHook(exchange);
      }
      this.#send(exchange, hooked);
    });
  }

  /** What the host makes of the exchange will pass the hooks, which want the request. */
  keepForHook(exchange: SiteExchange): void {
    if (this.#hooks.any) this.#exchanges.set(exchange.slot, exchange);
    else this.#exchanges.delete(exchange.slot);
  }

  /** Event `H`: a head that escalation brought comes by on its way to the client. */
  head(event: string): void {
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
    const response = responses.incoming({ status: Number(status), headers, body: held });
    try {
      this.#runHooks(exchange, response, (hooked) => {
        if (contentOf(hooked) !== held) return this.#send(exchange, hooked);
        if (isUnusable(hooked)) {
          throw new TypeError("onResponse has read the body: it must return a new Response");
        }
        outbox.head(slot, responses.statusOf(hooked), responses.fieldsOf(hooked));
      });
    } catch (thrown) {
      this.failed(exchange, thrown);
    }
  }

  /** The answer becomes a 500, and what was thrown goes to the log. */
  failed(exchange: SiteExchange, thrown: unknown): void {
    this.#exchanges.delete(exchange.slot);
    this.#parts.outbox.failed(exchange.slot, errorText(thrown));
  }

  /** Event `A`: nobody waits for an answer any more. */
  over(slot: number): void {
    const { chunks } = this.#parts;
    const exchange = this.#exchanges.get(slot);
    if (exchange !== undefined) {
      this.#exchanges.delete(slot);
      this.#clientLeft(exchange);
    }
    // Not when the answer was written whole: then no writer is left.
    chunks.loaded("streams")?.writers.stopAnswer(slot, new TypeError(NOBODY_WANTS_IT));
  }

  #send(exchange: SiteExchange, response: Response): void {
    sendResponse(exchange, response, this.#parts, this.#stopped);
  }

  /** A client that asks for the head alone has its whole answer. */
  readonly #stopped = (exchange: SiteExchange): void => {
    if (exchange.incoming.method !== "HEAD") this.#clientLeft(exchange);
  };

  readonly #clientLeft = ({ incoming }: SiteExchange): void => {
    const { requests, chunks } = this.#parts;
    abortExtras(requests.extrasOf(incoming), chunks);
  };

  #runHooks(exchange: SiteExchange, response: Response, send: (response: Response) => void): void {
    const hooked = this.#hooks.apply(exchange.request, response);
    if (hooked instanceof this.#parts.responses.Response) return send(hooked);
    this.#exchanges.set(exchange.slot, exchange);
    const finish = (action: () => void): void => {
      if (!this.#exchanges.delete(exchange.slot)) return;
      try {
        action();
      } catch (thrown) {
        this.failed(exchange, thrown);
      }
    };
    hooked.then(
      (later) => finish(() => send(later)),
      (thrown) => finish(() => this.failed(exchange, thrown)),
    );
  }
}
