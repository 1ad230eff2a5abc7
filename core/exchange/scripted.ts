import { applyRange } from "../files/finished_body.ts";
import type { BodySource } from "../http/body.ts";
import { isBodiless } from "../http/body_framing.ts";
import { HttpError } from "../http/http_error.ts";
import type { Client } from "../http/incoming.ts";
import type { RequestHead } from "../http/request_head.ts";
import { standardPage } from "../http/standard_page.ts";
import { TimedBody } from "../http/timed_body.ts";
import type { Timer } from "../http/timer_wheel.ts";
import type { Trace } from "../observe/trace.ts";
import type { ScriptFailure } from "../script/failure/script_failure.ts";
import {
  type BodyHandle,
  ESCALATED_BODY,
  type FilesAnswer,
  REQUEST_BODY,
  type RequestChanges,
  type ScriptHead,
  type ScriptTask,
} from "../script/script_task.ts";
import type { SiteIsolate } from "../script/site_isolate.ts";
import type { SiteScripts } from "../script/site_scripts.ts";
import { type EscalationReceiver, escalate } from "./escalate.ts";
import { type Escalation, planEscalation } from "./escalation.ts";
import type { Exchange, ExchangeServices } from "./exchange.ts";
import { filesReply } from "./files_reply.ts";
import type { Reply } from "./reply.ts";
import { type CheckedHead, checkScriptHead } from "./script_head.ts";
import { ScriptOperations } from "./script_operations.ts";
import { destinations, targetOf } from "./trace/exchange_trace.ts";

/** The scripts' part in an exchange: what they are told of it, and what they decide. */
export class Scripted implements ScriptTask {
  readonly #exchange: Exchange;
  readonly #scripts: SiteScripts;
  readonly #services: ExchangeServices;
  #isolate: SiteIsolate | undefined;
  #slot = 0;
  #operations: ScriptOperations | undefined;
  #deadline: Timer | undefined;
  /** What the answer that comes next says of being kept. */
  #directive: string | undefined;

  constructor(exchange: Exchange, scripts: SiteScripts, services: ExchangeServices) {
    this.#exchange = exchange;
    this.#scripts = scripts;
    this.#services = services;
  }

  /**
   * Hands the request to the scripts. Throws `HttpError` when no version of them can be loaded, and with `dev` for a page while
   * the version saved last does not compile: its author is to see that, and not the version before.
   */
  begin(): void {
    if (this.#services.dev && this.#scripts.isBroken && isPageRequest(this.#exchange.incoming.head)) {
      throw new HttpError(503, "script_not_loaded", "the version saved last does not compile");
    }
    this.#isolate = this.#scripts.begin(this);
  }

  runAgain(): void {
    this.#exchange.attempt(() => this.begin());
  }

  get trace(): Trace | undefined {
    return this.#exchange.trace?.trace;
  }

  get waitsForScripts(): boolean {
    return this.#exchange.waitsForScripts;
  }

  get isUndecided(): boolean {
    return this.#exchange.isUndecided;
  }

  /** Whether onResponse wants to see the head of what escalation brought. */
  get wantsHead(): boolean {
    return this.#isolate?.hooked === true && this.#isolate.waitsFor(this.#slot);
  }

  offerHead(reply: Reply): void {
    this.#isolate!.offerHead(this.#slot, reply.status, reply.by, reply.headers.toText());
  }

  /** The scripts have no part in it any more, whatever they still do: it has its answer, or the client has left. */
  leave(isAnswered: boolean): void {
    this.#deadline?.cancel();
    this.#operations?.close(isAnswered);
    this.#operations = undefined;
    const isolate = this.#isolate;
    if (isolate === undefined) return;
    this.#isolate = undefined;
    isolate.forget(this.#slot);
    this.#scripts.finished(isolate);
  }

  requestEvent(slot: number): string {
    this.#slot = slot;
    const { id, incoming } = this.#exchange;
    const { head, client } = incoming;
    const query = head.query === undefined ? "" : `?${head.query}`;
    return (
      `R${slot}\n${head.path}\n${head.method}\n${query}\n${head.authority || "localhost"}\n${id}\n${client.address}\n` +
      `${client.port}\n${schemeOf(client)}\n${incoming.body === undefined ? 0 : 1}\n${head.fields}`
    );
  }

  keepAnswer(directive: string): void {
    this.#directive = directive;
  }

  answerText(head: ScriptHead, body: string): void {
    this.#answerFinished(head, body);
  }

  answerBytes(head: ScriptHead, body: Uint8Array): void {
    this.#answerFinished(head, body);
  }

  answerFiles(head: ScriptHead, answer: FilesAnswer): void {
    const { incoming, site } = this.#exchange;
    this.#exchange.attempt(() => {
      const reply = filesReply(checkScriptHead(head), answer, incoming.head, site);
      if (!(reply instanceof Promise)) return this.#exchange.offer(reply);
      this.#deadline?.cancel();
      this.#deadline = undefined;
      this.#exchange.offerLater(reply);
    });
  }

  answerHeld(head: ScriptHead, handle: BodyHandle): void {
    this.#exchange.attempt(() => {
      const switched = head.status === 101 ? this.#operations?.takeSwitched(handle) : undefined;
      if (switched !== undefined) return this.#exchange.offer(switched);
      const checked = checkScriptHead(head);
      const by = this.#operations?.answererOf(handle) ?? "script";
      const body = this.takeBody(handle);
      if (body === undefined) {
        throw new HttpError(500, "body_used", "sending a script's answer: its body has been used already");
      }
      try {
        // An empty one is none: the answer to HEAD need not be said to have no bytes.
        this.#exchange.send({ ...checked, body: body.length === 0 ? undefined : body, by });
      } catch (error) {
        body.cancel();
        throw error;
      }
    });
  }

  answerStream(head: ScriptHead, body: BodySource): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
    const { idleTimeout, timers } = this.#services;
    this.#exchange.attempt(() => {
      try {
        const timed = new TimedBody(body, "sending a body that a script writes", idleTimeout, timers);
        this.#exchange.sendStreaming({ ...checkScriptHead(head), body: timed, by: "script" });
      } catch (error) {
        body.cancel();
        throw error;
      }
    });
  }

  answerEmpty(head: ScriptHead): void {
    this.#exchange.attempt(() => {
      const checked = checkScriptHead(head);
      this.#keep(checked, undefined);
      this.#exchange.send({ ...checked, body: undefined, by: "script" });
    });
  }

  answerPage(status: number): void {
    this.#exchange.attempt(() => {
      const checked = checkScriptHead({ status, fields: "" });
      const page = isBodiless(status, "GET") ? { body: undefined } : standardPage(status);
      this.#exchange.offer({ ...checked, ...page, by: "script" });
    });
  }

  escalate(changes: RequestChanges | undefined): void {
    // onResponse has a time of its own; how long a backend takes is the backend's limit.
    this.#deadline?.cancel();
    this.#deadline = undefined;
    this.#exchange.escalate(changes);
  }

  headDecided(head: ScriptHead): void {
    this.#exchange.attempt(() => this.#exchange.sendOffered(checkScriptHead(head)));
  }

  fetch(operation: number, changes: RequestChanges): void {
    const { incoming, site } = this.#exchange;
    this.#ownOperations().fetch(operation, changes.path ?? incoming.head.path, (receiver) => {
      const plan = planEscalation(incoming.head, changes, site.config.root);
      const traced = this.trace === undefined ? receiver : this.#traced(operation, plan, receiver);
      return escalate(this.#exchange, plan, this.#services, traced);
    });
  }

  readBody(operation: number, handle: BodyHandle, asBytes: boolean): void {
    const { body, site } = this.#exchange;
    const source = handle === REQUEST_BODY ? body.read(site.config.limits.body) : this.takeBody(handle);
    this.#ownOperations().read(operation, source, asBytes);
  }

  readPiece(operation: number, handle: BodyHandle): void {
    this.#ownOperations().readPiece(operation, handle, () => this.takeBody(handle));
  }

  dropBody(handle: BodyHandle): void {
    this.#operations?.drop(handle);
  }

  refuseOperation(operation: number, error: HttpError): void {
    this.#ownOperations().refuse(operation, error);
  }

  cancelOperation(operation: number): void {
    this.#operations?.cancel(operation);
  }

  clientFailure(stack: string): HttpError | undefined {
    return this.#operations?.clientFailure(stack);
  }

  /** What the scripts left to the proxy cannot be done. */
  reportMistake(error: HttpError): void {
    const { id, incoming } = this.#exchange;
    const what = `${incoming.head.method} ${incoming.head.path} (request ${id}): ${error.message}`;
    this.#scripts.reportFailure(undefined, what, undefined);
  }

  get description(): string {
    const { id, incoming } = this.#exchange;
    return `${incoming.head.method} ${incoming.head.path}, request ${id}`;
  }

  scriptFailed(error: HttpError, stack: string | undefined): void {
    const { id, incoming } = this.#exchange;
    const behind = stack === undefined ? undefined : this.#operations?.failureIn(stack);
    // The access log tells what clients do.
    let failure: ScriptFailure | undefined;
    if (behind?.isClients !== true) {
      const what = `${incoming.head.method} ${incoming.head.path} (request ${id}): ${error.message}`;
      failure = this.#scripts.reportFailure(this.#isolate, what, stack);
    }
    this.#exchange.failed(behind?.error ?? error, failure);
  }

  scriptWaits(): void {
    if (!this.#exchange.waitsForScripts) return;
    const { limits, name } = this.#exchange.site.config;
    this.#deadline ??= this.#services.timers.add(limits.deadline, () => {
      if (!this.#exchange.waitsForScripts) return;
      this.#exchange.site.metrics.scripts.limits.deadline++;
      const message = `running the scripts of "${name}": not decided after ${limits.deadline} ms`;
      this.scriptFailed(new HttpError(504, "script_deadline", message), undefined);
    });
  }

  #traced(operation: number, plan: Escalation, receiver: EscalationReceiver): EscalationReceiver {
    const { work } = this.#isolate!;
    const { site } = this.#exchange;
    const what = `fetch ${plan.method} ${targetOf(plan.path, plan.query)} from ${destinations(plan, site)}`;
    work.began(operation, what, this.trace!);
    return {
      reply: (reply) => {
        work.answeredBy(operation, reply.by);
        receiver.reply(reply);
      },
      failed: (error) => receiver.failed(error),
    };
  }

  #answerFinished(head: ScriptHead, body: string | Uint8Array): void {
    this.#exchange.attempt(() => {
      const checked = checkScriptHead(head);
      this.#keep(checked, body);
      if (checked.status !== 200) return this.#exchange.send({ ...checked, body, by: "script" });
      const { incoming } = this.#exchange;
      this.#exchange.send({ ...applyRange(incoming.head, checked.headers, body), by: "script" });
    });
  }

  #keep(head: CheckedHead, body: string | Uint8Array | undefined): void {
    if (this.#directive === undefined) return;
    this.#exchange.site.cache?.keep(this.#exchange, this.#directive, head, body);
  }

  #ownOperations(): ScriptOperations {
    this.#operations ??= new ScriptOperations(this.#isolate!.work, this.#exchange.site.config.limits.body);
    return this.#operations;
  }

  takeBody(handle: BodyHandle): BodySource | undefined {
    if (handle === REQUEST_BODY) return this.#exchange.body.takeUnused();
    if (handle === ESCALATED_BODY) return this.#exchange.takeOfferedBody();
    return this.#operations?.takeBody(handle) ?? this.#isolate?.work.takeBody(0, handle);
  }
}

function schemeOf({ tls, detailsText }: Client): string {
  if (!tls) return "http";
  return detailsText === undefined ? "https" : `https ${detailsText}`;
}

/** Whether somebody looks at the answer in a browser. */
function isPageRequest({ method, headers }: RequestHead): boolean {
  return method === "GET" && headers.get("accept")?.toLowerCase().includes("text/html") === true;
}
