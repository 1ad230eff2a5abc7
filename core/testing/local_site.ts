import type { Backend } from "../backend/backend.ts";
import type { Config } from "../config/config.ts";
import type { Escalation } from "../exchange/escalation.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { ExchangeObserver } from "../exchange/exchange_observer.ts";
import { failureDetails } from "../exchange/failure/failure_details.ts";
import { SiteRouter } from "../exchange/site_router.ts";
import type { Site } from "../exchange/site_table.ts";
import { ExchangeTrace, type TraceReceiver } from "../exchange/trace/exchange_trace.ts";
import { StatCache } from "../files/stat_cache.ts";
import { TrustedProxies } from "../front/forwarded/trusted_proxies.ts";
import type { HttpError } from "../http/http_error.ts";
import type { Client, Incoming } from "../http/incoming.ts";
import type { RequestHead } from "../http/request_head.ts";
import { TimerWheel } from "../http/timer_wheel.ts";
import { AccessLog } from "../observe/access_log.ts";
import type { LogDestination } from "../observe/log_destination.ts";
import { createLogger } from "../observe/logger.ts";
import type { Trace, TraceStep } from "../observe/trace.ts";
import { compileSite } from "../script/compile/compile_site.ts";
import { loadRuntime } from "../script/compile/load_runtime.ts";
import type { ScriptFailure } from "../script/failure/script_failure.ts";
import type { RequestChanges } from "../script/script_task.ts";
import type { AnswerReceiver } from "./answer_receiver.ts";
import { type Escalated, escalatedAs } from "./escalated.ts";
import { LocalBackend, LocalBackends } from "./local_backend.ts";
import { type LocalAnswer, LocalRequest } from "./local_request.ts";
import { type LogLine, readLogLine } from "./log_line.ts";
import { SiteError } from "./site_error.ts";

/** Milliseconds between the ticks of deadlines. */
const TICK = 20;

export interface LocalSiteOptions {
  readonly config: Config;
  /** Makes the backend of that name; undefined when there shall be none. */
  readonly makeBackend: (name: string, timers: TimerWheel) => Backend | undefined;
  /** Whether backends get what scripts leave to the proxy. Without it they only get what scripts fetch. */
  readonly escalates: boolean;
  /** Whether each request is traced. */
  readonly traces?: boolean;
  /** Gets each line as it is logged. */
  readonly onLog?: (line: LogLine) => void;
}

/** A request for a local site. */
export interface LocalCall {
  readonly head: RequestHead;
  readonly body: Buffer | undefined;
  readonly client: Client;
  /** The client leaves. */
  readonly signal?: AbortSignal | undefined;
  /** Gets the body of an answer that is still to come when it begins; the outcome has the others. */
  readonly receiver?: AnswerReceiver | undefined;
}

/** What became of a request. */
export interface LocalOutcome {
  /** Undefined when a backend would have to give it, but calls to backends are not carried out. */
  readonly answer: LocalAnswer | undefined;
  readonly escalated: Escalated | undefined;
  readonly error: SiteError | undefined;
  /** What was logged while the request was under way, by whomever. */
  readonly logs: readonly LogLine[];
  /** Empty unless requests are traced. */
  readonly trace: readonly TraceStep[];
}

/** A request under way. */
interface Pending {
  readonly logs: LogLine[];
  readonly stopped: PromiseWithResolvers<undefined>;
  plan: Escalation | undefined;
  env: unknown;
  escalated: Escalated | undefined;
  error: SiteError | undefined;
  trace: Trace | undefined;
}

/** Of a tool's own requests all may be told. */
const TRACE_RECEIVER: TraceReceiver = {
  limits: { steps: 100_000, characters: 16 * 1024 * 1024 },
  headersWith: (_, headers) => headers,
  finished() {},
};

/**
 * The sites of a configuration at work in this process, without a listener: real isolates, the real exchange, real
 * files. The process needs `ISOLATE_FLAGS`; it is kept alive only while requests are under way.
 */
export class LocalSite implements ExchangeObserver {
  static #runtime: ReturnType<typeof loadRuntime> | undefined;
  readonly #options: LocalSiteOptions;
  readonly #timers = new TimerWheel({ tick: TICK });
  readonly #backends: LocalBackends;
  readonly #router: SiteRouter;
  readonly #proxies: TrustedProxies;
  /** Absolute paths of every file the scripts are made of. */
  readonly inputs: readonly string[];
  readonly #pending = new Map<unknown, Pending>();
  /** The exchange that goes to a backend next, if it goes to one. */
  #escalating: Pending | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  private constructor(options: LocalSiteOptions, compiled: CompiledParts) {
    this.#options = options;
    const { config } = options;
    this.#proxies = new TrustedProxies(config.proxies);
    this.inputs = compiled.sites.flatMap(({ inputs }) => inputs);
    this.#backends = new LocalBackends(Object.keys(config.backends), (name) => {
      const behind = options.makeBackend(name, this.#timers);
      return behind && new LocalBackend(behind, (called) => this.#intercept(called));
    });
    this.#router = new SiteRouter({
      ...compiled,
      config,
      stat: new StatCache({ age: config.files.statAge, entries: config.files.statEntries }),
      backends: this.#backends,
      timers: this.#timers,
      logger: createLogger({ level: "trace", access: false }, {}, this.#logDestination()),
      access: new AccessLog(undefined),
      observer: this,
      ...(options.traces === true
        ? { traces: { begin: (id, incoming, site) => this.#trace(id, incoming, site) } }
        : {}),
    });
  }

  /** Compiles the scripts; they are loaded with the first request. Throws ScriptError. */
  static async start(options: LocalSiteOptions): Promise<LocalSite> {
    // The runtime is the same for all, and takes longer to compile than any script.
    LocalSite.#runtime ??= loadRuntime();
    const scripted = options.config.sites.filter(({ scripts }) => scripts.length > 0);
    const [runtime, ...sites] = await Promise.all([
      LocalSite.#runtime,
      ...scripted.map((site) => compileSite(site, 1, { returns: options.traces === true })),
    ]);
    return new LocalSite(options, { runtime, sites });
  }

  /** One request on its way to the end. Rejects when the client leaves or the answer breaks off. */
  async call({ head, body, client, signal, receiver }: LocalCall): Promise<LocalOutcome> {
    signal?.throwIfAborted();
    const admitted = this.#proxies.admit(head, client);
    const request = new LocalRequest(admitted.head, body, admitted.client);
    request.receiver = receiver;
    const pending: Pending = {
      logs: [],
      stopped: Promise.withResolvers(),
      plan: undefined,
      env: undefined,
      escalated: undefined,
      error: undefined,
      trace: undefined,
    };
    const leave = () => request.leave(signal!.reason);
    signal?.addEventListener("abort", leave, { once: true });
    this.#begin(request, pending);
    try {
      this.#router.handle(request);
      const answer = await Promise.race([request.answer, pending.stopped.promise]);
      const { escalated, error, logs } = pending;
      const trace = [...(pending.trace?.steps ?? [])];
      if (answer === undefined) this.#abandon(request);
      return { answer, escalated, error: error ?? this.#misdirected(answer, head), logs, trace };
    } finally {
      signal?.removeEventListener("abort", leave);
      this.#end(request);
    }
  }

  /** Ends the isolates. Requests under way stay unanswered. */
  close(): void {
    this.#router.close();
    this.#backends.close();
    this.#timers.close();
    clearInterval(this.#keepAlive);
  }

  escalates({ incoming }: Exchange, plan: Escalation, changes: RequestChanges | undefined): void {
    const pending = this.#pending.get(incoming);
    if (pending === undefined) return;
    this.#escalating = pending;
    pending.plan = plan;
    pending.env = changes?.env;
    if (!this.#options.escalates) (incoming as LocalRequest).wantsBody = false;
  }

  escalated({ incoming }: Exchange, { by }: { readonly by: string }): void {
    this.#escalating = undefined;
    const pending = this.#pending.get(incoming);
    if (pending?.plan === undefined || pending.escalated !== undefined) return;
    pending.escalated = escalatedAs(pending.plan, pending.env, by === "file" ? "file" : "none", undefined);
  }

  failed(exchange: Exchange, error: HttpError, failure: ScriptFailure | undefined): void {
    this.#escalating = undefined;
    const pending = this.#pending.get(exchange.incoming);
    if (pending === undefined) return;
    (exchange.incoming as LocalRequest).receiver = undefined;
    pending.error = new SiteError(error.status, failureDetails(exchange, error, failure));
  }

  #trace(id: string, incoming: Incoming, site: Site): ExchangeTrace {
    const begun = new ExchangeTrace(id, incoming, site, TRACE_RECEIVER);
    const pending = this.#pending.get(incoming);
    if (pending !== undefined) pending.trace = begun.trace;
    return begun;
  }

  /** Takes down that a backend is asked; true when it shall not be. */
  #intercept(backend: string): boolean {
    const pending = this.#escalating;
    this.#escalating = undefined;
    if (pending?.plan === undefined) return false;
    pending.escalated = escalatedAs(pending.plan, pending.env, "backend", backend);
    if (this.#options.escalates) return false;
    pending.stopped.resolve(undefined);
    return true;
  }

  #misdirected(answer: LocalAnswer | undefined, head: RequestHead): SiteError | undefined {
    if (answer?.status !== 421 || this.#router.active > 0) return undefined;
    const hosts = this.#options.config.sites.flatMap((site) => site.hosts);
    if (hosts.includes("*") || hosts.includes(head.host)) return undefined;
    const message = `no site has the host "${head.host}"; there are: ${hosts.join(", ")}`;
    return new SiteError(421, { code: "no_site", message, places: [], stack: "" });
  }

  #begin(request: LocalRequest, pending: Pending): void {
    this.#pending.set(request, pending);
    // Neither isolates nor their timers keep a process alive.
    this.#keepAlive ??= setInterval(() => {}, 0x7fffffff);
  }

  #end(request: LocalRequest): void {
    this.#pending.delete(request);
    if (this.#pending.size > 0) return;
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
  }

  #abandon(request: LocalRequest): void {
    request.answer.catch(() => {});
    request.leave(new Error("what a backend would answer is not asked for"));
  }

  /** Stands in for the one that writes to a file descriptor: pino wants no more of it than `write`. */
  #logDestination(): LogDestination {
    const write = (json: string): void => {
      const line = readLogLine(json);
      if (line === undefined) return;
      for (const { logs } of this.#pending.values()) logs.push(line);
      this.#options.onLog?.(line);
    };
    return { write } as unknown as LogDestination;
  }
}

type CompiledParts = Pick<ConstructorParameters<typeof SiteRouter>[0], "runtime" | "sites">;
