import type { HeaderList } from "../../http/header_list.ts";
import type { Incoming } from "../../http/incoming.ts";
import type { Logger } from "../../observe/logger.ts";
import type { TraceStep } from "../../observe/trace.ts";
import { sealTrace, traceKey } from "../../observe/trace_seal.ts";
import { checkTraceSignature } from "../../observe/trace_signature.ts";
import type { Site } from "../site_table.ts";
import { ExchangeTrace, type TraceReceiver } from "./exchange_trace.ts";
import { maskSecrets } from "./mask_secrets.ts";

/** Traces that a worker makes at once; further requests are not traced. */
const MOST_TRACES = 16;
/** Headers whose values are not told. */
const SECRET = /^header (?:authorization|proxy-authorization|cookie|set-cookie|x-api-key)$/;

/**
 * Traces of requests that carry a right signature, on a running server: a line in the log, when the request has ended, and in the response the
 * trace up to its head, sealed (`Lodestone-Trace`), and the request's id (`Lodestone-Trace-Id`).
 */
export class LiveTraces implements TraceReceiver {
  readonly limits = { steps: 1000, characters: 64 * 1024 };
  readonly #secret: string;
  readonly #key: Buffer;
  readonly #logger: Logger;
  #underWay = 0;

  constructor(secret: string, logger: Logger) {
    this.#secret = secret;
    this.#key = traceKey(secret);
    this.#logger = logger;
  }

  /** Undefined, and only the log says why, when the request is not to be traced. */
  begin(id: string, incoming: Incoming, site: Site): ExchangeTrace | undefined {
    const { head } = incoming;
    if (head.trace === undefined) return undefined;
    const state = checkTraceSignature(head.trace, head, this.#secret, Date.now() / 1000);
    if (state !== "right" || this.#underWay === MOST_TRACES) {
      const reason = state === "right" ? `${MOST_TRACES} traces are under way` : `its signature is ${state}`;
      this.#logger.debug({ id, site: site.config.name, reason }, "not traced");
      return undefined;
    }
    this.#underWay++;
    return new ExchangeTrace(id, incoming, site, this);
  }

  maskFor({ config }: Site): (text: string) => string {
    return maskSecrets(config.env);
  }

  headersWith({ id, trace }: ExchangeTrace, headers: HeaderList): HeaderList {
    const traced = headers.clone();
    traced.set("Lodestone-Trace", sealTrace(withoutCredentials(trace.steps), this.#key));
    traced.set("Lodestone-Trace-Id", id);
    return traced;
  }

  finished({ id, site, trace }: ExchangeTrace): void {
    this.#underWay--;
    const { name } = site.config;
    this.#logger.info({ id, site: name, trace: withoutCredentials(trace.steps) }, "trace");
  }
}

/** Of headers that carry credentials it is told how long they are. */
function withoutCredentials(steps: readonly TraceStep[]): TraceStep[] {
  return steps.map((step) => {
    if (step.step !== "change" || !SECRET.test(step.name)) return step;
    const { from, to, ...rest } = step;
    return {
      ...rest,
      ...(from === undefined ? {} : { from: lengthOf(from) }),
      ...(to === undefined ? {} : { to: lengthOf(to) }),
    };
  });
}

function lengthOf(value: string): string {
  return `(${value.length} characters)`;
}
