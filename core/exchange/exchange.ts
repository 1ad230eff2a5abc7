import type { BackendCall } from "../backend/backend.ts";
import { type BodySource, cancelBody } from "../http/body.ts";
import { bodySourceOf } from "../http/bytes_body.ts";
import type { HeaderList } from "../http/header_list.ts";
import { HttpError } from "../http/http_error.ts";
import type { Incoming } from "../http/incoming.ts";
import type { TimerWheel } from "../http/timer_wheel.ts";
import type { AccessLog } from "../observe/access_log.ts";
import type { ScriptFailure } from "../script/failure/script_failure.ts";
import type { RequestChanges } from "../script/script_task.ts";
import {
  type Destinations,
  type Escalating,
  type EscalationReceiver,
  escalate,
  replyLater,
} from "./escalate.ts";
import { planEscalation } from "./escalation.ts";
import type { ExchangeObserver } from "./exchange_observer.ts";
import { asHttpError, errorReply } from "./failure/error_reply.ts";
import { failureDetails, isMistakeOfScripts } from "./failure/failure_details.ts";
import { LIFE, type Step } from "./life.ts";
import type { Reply } from "./reply.ts";
import { RequestBody } from "./request_body.ts";
import type { CachedAnswer } from "./response_cache/cached_answer.ts";
import type { Flight } from "./response_cache/flights.ts";
import type { CachedExchange } from "./response_cache/response_cache.ts";
import type { CheckedHead } from "./script_head.ts";
import { Scripted } from "./scripted.ts";
import type { Site } from "./site_table.ts";
import type { ExchangeTrace } from "./trace/exchange_trace.ts";

/** What exchanges share in a worker. */
export interface ExchangeServices extends Destinations {
  readonly timers: TimerWheel;
  /** Milliseconds without progress after which a body that a script writes is cut off. */
  readonly idleTimeout: number;
  readonly access: AccessLog;
  /** Whether clients are told how scripts have failed. */
  readonly dev: boolean;
  readonly observer?: ExchangeObserver | undefined;
  /** Called when the exchange is over. */
  ended(exchange: Exchange): void;
}

/** One request and its response on their way through the proxy. `life.ts` is the map. */
export class Exchange implements Escalating, EscalationReceiver, CachedExchange {
  readonly id: string;
  readonly incoming: Incoming;
  readonly site: Site;
  readonly body: RequestBody;
  /** Undefined when it is not traced. */
  readonly trace: ExchangeTrace | undefined;
  readonly #services: ExchangeServices;
  readonly #scripted: Scripted | undefined;
  readonly startedAt = performance.now();
  epoch = 0;
  flight: Flight | undefined;
  #step: Step = "received";
  #call: BackendCall | undefined;
  /** What waits while onResponse has its head. */
  #offered: Reply | undefined;
  #offeredBodyTaken = false;
  /** 0 until there is a response. */
  #status = 0;
  #by: Reply["by"] = "proxy";
  #error: HttpError | undefined;

  constructor(
    id: string,
    incoming: Incoming,
    site: Site,
    services: ExchangeServices,
    trace?: ExchangeTrace | undefined,
  ) {
    this.id = id;
    this.trace = trace;
    this.incoming = incoming;
    this.site = site;
    this.body = new RequestBody(incoming.body);
    this.#services = services;
    this.#scripted = site.scripts && new Scripted(this, site.scripts, services);
    incoming.onFinished = (bytes, error) => this.#finish(bytes, error);
  }

  start(): void {
    if (this.#scripted === undefined) return this.escalate(undefined);
    if (this.site.cache?.enter(this) !== true) this.leads();
  }

  waits(): void {
    this.#go("waiting");
  }

  served(answer: CachedAnswer): void {
    this.flight = undefined;
    const now = this.#step === "received" ? this.startedAt : performance.now();
    this.attempt(() => this.send(answer.reply(this.incoming.head, now)));
  }

  goesOn(): void {
    this.flight = undefined;
    // Its client can have left while others went on.
    if (this.#step === "finished") return;
    if (this.site.cache?.enterAgain(this, performance.now()) !== true) this.leads();
  }

  leads(): void {
    this.epoch = this.site.cache?.epoch ?? 0;
    this.#go("scripted");
    this.#scripted!.runAgain();
  }

  /** Whether the scripts have yet to say what becomes of the request. */
  get isUndecided(): boolean {
    return this.#step === "scripted";
  }

  get waitsForScripts(): boolean {
    return this.#step === "scripted" || this.#step === "offered";
  }

  /** The scripts leave it to the proxy, or there are none. */
  escalate(changes: RequestChanges | undefined): void {
    this.attempt(() => {
      this.#go("escalating");
      const plan = planEscalation(this.incoming.head, changes, this.site.config.root);
      this.#services.observer?.escalates(this, plan, changes);
      this.trace?.escalates(plan);
      const call = escalate(this, plan, this.#services, this);
      if (this.#step === "escalating") this.#call = call;
    });
  }

  interim(status: number, headers: HeaderList): void {
    if (this.#step === "escalating") this.incoming.inform(status, headers);
  }

  /** What escalation brought. */
  reply(reply: Reply): void {
    this.#call = undefined;
    // A script that was tampered with can have answered in the meantime.
    if (this.#step !== "escalating") return cancelBody(reply.body);
    this.#services.observer?.escalated(this, reply);
    this.trace?.escalated(reply);
    this.attempt(() => this.offer(reply));
  }

  /**
   * Whatever went wrong becomes the standard page of its status, unless a response is on its way already. When it
   * was not the scripts that failed, onResponse may make something of the page; when it was, `failure` says how.
   */
  failed(error: HttpError, failure?: ScriptFailure): void {
    if (this.#step === "sending" || this.#step === "finished") return;
    this.#error = error;
    this.#services.observer?.failed(this, error, failure);
    this.trace?.failed(error, failure);
    const isMistake = this.#scripted !== undefined && isMistakeOfScripts(error);
    if (isMistake && failure === undefined) this.#scripted.reportMistake(error);
    const isEscalating = this.#step === "escalating";
    const isTold = this.#services.dev && error.status >= 500 && (isMistake || !isEscalating);
    const reply = errorReply(error, isTold ? failureDetails(this, error, failure) : undefined);
    if (isEscalating) this.offer(reply);
    else this.send(reply);
  }

  /** The head goes past onResponse first, when a script exports it. */
  offer(reply: Reply): void {
    if (reply.upstream !== undefined) return this.switchProtocols(reply, reply.upstream);
    if (this.#step === "offered" || this.#scripted?.wantsHead !== true) return this.send(reply);
    this.#go("offered");
    this.#offered = reply;
    this.#scripted.offerHead(reply);
  }

  /** A script's answer for which a file is compressed first. */
  offerLater(reply: Promise<Reply>): void {
    if (this.#step === "scripted") this.#go("escalating");
    this.#call = replyLater(reply, {
      reply: (made) => {
        this.#call = undefined;
        this.attempt(() => this.offer(made));
      },
      failed: (error) => this.failed(error),
    });
  }

  /** onResponse has let the head pass, maybe changed. */
  sendOffered(head: CheckedHead): void {
    const offered = this.#offered;
    if (offered === undefined) {
      throw new HttpError(
        500,
        "script_protocol",
        "sending the head that onResponse has seen: none was offered",
      );
    }
    this.#offered = undefined;
    this.send({ ...offered, ...head });
  }

  /** The body that waits while onResponse has its head, once; whoever takes it must use it. */
  takeOfferedBody(): BodySource | undefined {
    const offered = this.#offered;
    if (offered === undefined || this.#offeredBodyTaken) return undefined;
    this.#offeredBodyTaken = true;
    this.#offered = { ...offered, body: undefined };
    return bodySourceOf(offered.body ?? "");
  }

  /**
   * The scripts keep their part in the exchange while they write the body, and with it the body that was offered to
   * onResponse: it may be what they make theirs of.
   */
  sendStreaming(reply: Reply): void {
    this.#go("sending");
    if (this.flight !== undefined) this.site.cache?.left(this, true);
    this.#respond(reply);
  }

  /** Joins client and backend: a 101 is no response that anybody might change. */
  switchProtocols(reply: Reply, upstream: (client: BodySource) => void): void {
    this.#go("sending");
    this.#leave(true);
    this.#status = reply.status;
    this.#by = reply.by;
    const { status } = reply;
    const headers = this.trace === undefined ? reply.headers : this.trace.sends(reply);
    upstream(this.incoming.switchProtocols({ status, headers }, bodySourceOf(reply.body)!));
  }

  send(reply: Reply): void {
    this.#go("sending");
    this.#leave(true);
    this.#respond(reply);
  }

  #respond(reply: Reply): void {
    this.#status = reply.status;
    this.#by = reply.by;
    const { status, declaredLength } = reply;
    const headers = this.trace === undefined ? reply.headers : this.trace.sends(reply);
    this.incoming.respond(
      declaredLength === undefined ? { status, headers } : { status, headers, declaredLength },
      reply.body,
    );
  }

  /** What is thrown on the way becomes an answer. */
  attempt(action: () => void): void {
    if (this.#step === "finished") return;
    try {
      action();
    } catch (caught) {
      this.failed(asHttpError(caught));
    }
  }

  #leave(isAnswered: boolean): void {
    if (this.flight !== undefined) this.site.cache?.left(this, isAnswered);
    this.#scripted?.leave(isAnswered);
    this.body.release();
    this.#discardOffered();
  }

  #discardOffered(): void {
    if (this.#offered !== undefined) cancelBody(this.#offered.body);
    this.#offered = undefined;
  }

  #finish(bytes: number, error: Error | undefined): void {
    this.#go("finished");
    this.#leave(this.#status !== 0);
    const status = this.#status === 0 ? unansweredStatus(error) : this.#status;
    const milliseconds = performance.now() - this.startedAt;
    this.site.metrics.finished(this.incoming.head.method, status, this.#by, milliseconds, bytes);
    if (this.#services.access.enabled) this.#log(status, milliseconds, bytes, error);
    this.trace?.finished(bytes, error);
    this.#services.ended(this);
  }

  /** `ending` is why the lane did not bring it to its end. */
  #log(status: number, milliseconds: number, bytes: number, ending: Error | undefined): void {
    const { head, client } = this.incoming;
    const error = this.#error ?? ending;
    this.#services.access.write({
      id: this.id,
      site: this.site.config.name,
      method: head.method,
      host: head.host,
      path: head.path,
      protocol: this.incoming.protocol,
      status,
      bytes,
      milliseconds,
      by: this.#by,
      client: client.address,
      ...(error instanceof HttpError ? { code: error.code } : {}),
      ...(error === undefined ? {} : { error: error.message }),
    });
  }

  #go(step: Step): void {
    if (!LIFE[this.#step].includes(step)) {
      throw new HttpError(500, "internal", `an exchange cannot go from ${this.#step} to ${step}`);
    }
    this.#step = step;
    this.#call?.cancel();
    this.#call = undefined;
  }
}

/** Without an answer: 499 as nginx has it when the client left, otherwise what the lane says. */
function unansweredStatus(ending: Error | undefined): number {
  return ending instanceof HttpError ? ending.status : 499;
}
