import type { HeaderList } from "../../http/header_list.ts";
import type { HttpError } from "../../http/http_error.ts";
import type { Incoming } from "../../http/incoming.ts";
import { microseconds, Trace, type TraceLimits } from "../../observe/trace.ts";
import type { ScriptFailure } from "../../script/failure/script_failure.ts";
import type { Escalation } from "../escalation.ts";
import type { Reply } from "../reply.ts";
import type { Site } from "../site_table.ts";

/** Whom traces are for. */
export interface TraceReceiver {
  readonly limits: TraceLimits;
  /** `TraceOptions.mask` for traces of the site's requests; without it all is told. */
  maskFor?(site: Site): (text: string) => string;
  /** The response's head is about to be sent: `headers` or a list with more. */
  headersWith(trace: ExchangeTrace, headers: HeaderList): HeaderList;
  /** Nothing more will be added. */
  finished(trace: ExchangeTrace): void;
}

/** Takes down the steps of one exchange. */
export class ExchangeTrace {
  readonly id: string;
  readonly site: Site;
  readonly trace: Trace;
  readonly #receiver: TraceReceiver;
  #escalatedAt = 0;

  constructor(id: string, { head }: Incoming, site: Site, receiver: TraceReceiver) {
    this.id = id;
    this.site = site;
    this.#receiver = receiver;
    this.trace = new Trace(receiver.limits, { mask: receiver.maskFor?.(site) });
    const target = targetOf(head.path, head.query);
    this.trace.add({ step: "request", id, method: head.method, target, site: site.config.name });
  }

  escalates(plan: Escalation): void {
    this.#escalatedAt = this.trace.elapsed;
    const to = destinations(plan, this.site);
    this.trace.add({ step: "escalate", to, method: plan.method, target: targetOf(plan.path, plan.query) });
  }

  escalated({ by, status }: Reply): void {
    const took = microseconds(this.trace.elapsed - this.#escalatedAt);
    this.trace.add({ step: "answer", by, status, took });
  }

  failed({ status, code, message }: HttpError, failure: ScriptFailure | undefined): void {
    const fault = failure?.places[0]?.fault;
    this.trace.add({
      step: "failure",
      status,
      code,
      message: failure?.thrown || message,
      ...(fault === undefined ? {} : { place: `${fault.file}:${fault.line}:${fault.column}` }),
    });
  }

  /** Returns the headers to send. */
  sends({ status, by, headers }: Reply): HeaderList {
    this.trace.add({ step: "send", status, by });
    return this.#receiver.headersWith(this, headers);
  }

  finished(bytes: number, error: Error | undefined): void {
    const scripts = microseconds(this.trace.scripts);
    this.trace.add({
      step: "end of request",
      bytes,
      scripts,
      ...(error === undefined ? {} : { error: error.message }),
    });
    this.#receiver.finished(this);
  }
}

/** What a plan leads to, in the order in which it is tried. */
export function destinations({ backend, file, method }: Escalation, { config }: Site): string {
  if (backend !== undefined) return `backend ${backend}`;
  const reads = method === "GET" || method === "HEAD";
  const last = config.backend === undefined ? "404" : `backend ${config.backend}`;
  if (file === undefined || !(reads || config.backend === undefined)) return last;
  return `file ${file}, else ${last}`;
}

/** With its query. */
export function targetOf(path: string, query: string | undefined): string {
  return query === undefined ? path : `${path}?${query}`;
}
