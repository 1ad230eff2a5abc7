import type { SiteConfig } from "../config/config.ts";
import { HttpError } from "../http/http_error.ts";
import { ScriptMetrics } from "../observe/metrics/script_metrics.ts";
import type { CodeCache } from "./code_cache.ts";
import type { CompiledRuntime } from "./compile/compiled_runtime.ts";
import type { CompiledSite } from "./compile/compiled_site.ts";
import { ErrorMappers } from "./failure/error_mappers.ts";
import { guestStack } from "./failure/guest_error.ts";
import type { ScriptFailure } from "./failure/script_failure.ts";
import type { ScriptHost } from "./isolate_services.ts";
import { type SiteActivity, UNWATCHED } from "./limits/heartbeat.ts";
import type { IsolateHolder, LiveIsolates } from "./limits/live_isolates.ts";
import { RetiredIsolates } from "./retired_isolates.ts";
import type { ScriptReports } from "./script_reports.ts";
import type { ScriptTask } from "./script_task.ts";
import { SiteIsolate } from "./site_isolate.ts";

/** Milliseconds after which a version that could not be loaded is tried again. */
const RETRY_AFTER = 1_000;
/** And so many times as long as the attempt held up the worker. */
const RETRY_SHARE = 20;

/** Who may attach a debugger. */
export interface Inspection {
  /** This isolate is in use from now on. */
  use(isolate: SiteIsolate): void;
}

/**
 * The scripts of one site in this worker: the isolate in use, made on first use, and older versions that still have
 * exchanges to finish. A version that cannot be loaded never replaces one that works.
 */
export class SiteScripts implements IsolateHolder {
  readonly #site: SiteConfig;
  readonly #runtime: CompiledRuntime;
  readonly #codeCache: CodeCache;
  readonly #host: ScriptHost;
  readonly #reports: ScriptReports;
  readonly #activity: SiteActivity;
  readonly #isolates: LiveIsolates;
  readonly #metrics: ScriptMetrics;
  readonly #traces: boolean;
  readonly #inspection: Inspection | undefined;
  readonly #now: () => number;
  #loadFailure: ScriptFailure | undefined;
  /** The newest version does not even compile. */
  #broken: ScriptFailure | undefined;
  #current: SiteIsolate | undefined;
  /** Version to load when there is no isolate, best first. */
  #candidates: CompiledSite[];
  /** Until then nothing is tried after the last candidate could not be loaded; milliseconds. */
  #retryAt = 0;
  readonly #mappers = new ErrorMappers();
  readonly #retired: RetiredIsolates;
  /** Until then the scripts are not to run, unless they are let again before. */
  #quarantinedUntil: number | undefined;
  /** Number of the version whose isolate was released, until there is another one. */
  #released: number | undefined;
  #closed = false;

  constructor(options: {
    site: SiteConfig;
    runtime: CompiledRuntime;
    /** Shared by the sites of the worker. */
    codeCache: CodeCache;
    host: ScriptHost;
    reports: ScriptReports;
    compiled: CompiledSite | undefined;
    /** Those of the worker. */
    isolates: LiveIsolates;
    activity?: SiteActivity | undefined;
    metrics?: ScriptMetrics | undefined;
    /** Whether requests may be traced; off by default. */
    traces?: boolean | undefined;
    inspection?: Inspection | undefined;
    /** Milliseconds that a version which has been replaced may go on for `ctx.waitUntil` alone. */
    waitLimit?: number;
    /** Monotonic milliseconds. */
    now?: () => number;
  }) {
    this.#site = options.site;
    this.#runtime = options.runtime;
    this.#codeCache = options.codeCache;
    this.#host = options.host;
    this.#reports = options.reports;
    this.#isolates = options.isolates;
    this.#activity = options.activity ?? UNWATCHED;
    this.#metrics = options.metrics ?? new ScriptMetrics();
    this.#traces = options.traces ?? false;
    this.#inspection = options.inspection;
    this.#retired = new RetiredIsolates(options.waitLimit ?? 30_000, (message) =>
      this.#reports.line(40, message),
    );
    this.#now = options.now ?? (() => performance.now());
    this.#candidates = [];
    if (options.compiled !== undefined) this.load(options.compiled);
  }

  /** Why the last version that was tried could not be loaded. */
  get loadFailure(): ScriptFailure | undefined {
    return this.#broken ?? this.#loadFailure;
  }

  /** Whether the version saved last does not compile; known only where that is told (`dev`). */
  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  /** Makes the isolate, if there is none, before a request needs it. Throws as `begin`. */
  prepare(): void {
    if (this.#quarantinedUntil !== undefined) throw this.#quarantined(this.#quarantinedUntil);
    if (this.#current === undefined) this.#loadCandidate();
  }

  /** Hands a request to the scripts; its slot is told by `requestEvent`. Throws `HttpError` 503 when no version can be loaded or may run. */
  begin(task: ScriptTask): SiteIsolate {
    if (this.#quarantinedUntil !== undefined) throw this.#quarantined(this.#quarantinedUntil);
    const isolate = this.#current ?? this.#loadFor(task);
    this.#isolates.used(this);
    isolate.begin(task);
    return isolate;
  }

  /**
   * A new version: takes over when it loads, beside the old one; otherwise the old one stays. Returns whether it
   * did, or will on first use; with `now` it is loaded even if there was no use yet.
   */
  load(compiled: CompiledSite, now = false): boolean {
    this.#broken = compiled.broken && { thrown: "", places: compiled.broken, stack: "" };
    if (compiled.broken !== undefined) return true;
    if (this.#current === undefined && !now) {
      // What was quarantined is nothing to go back to.
      const before = this.#quarantinedUntil === undefined ? this.#candidates : [];
      this.#candidates = [compiled, ...before].slice(0, 2);
      this.#retryAt = 0;
      return true;
    }
    if (this.#current === undefined) this.#isolates.makeRoom();
    const isolate = this.#create(compiled);
    if (isolate === undefined) return false;
    const before = this.#current;
    this.#use(isolate);
    if (before !== undefined) {
      this.#metrics.ended.replaced++;
      this.#retired.add(before);
    }
    return true;
  }

  /** The scripts must not run, for about so long: what they have under way fails, further requests get 503. */
  quarantine(milliseconds: number): void {
    this.#quarantinedUntil = this.#now() + milliseconds;
    const error = this.#quarantined(this.#quarantinedUntil);
    const current = this.#current;
    this.#forgetCurrent();
    const retired = this.#retired.takeAll();
    if (current !== undefined) this.#metrics.ended.quarantined++;
    for (const isolate of current === undefined ? retired : [current, ...retired]) isolate.end(error);
  }

  /** They may run again. */
  lift(): void {
    this.#quarantinedUntil = undefined;
  }

  /** Whether there is an isolate that nothing needs before the next request; a debugger may need it at any time. */
  get isIdle(): boolean {
    return this.#inspection === undefined && this.#current?.isIdle === true;
  }

  get memory(): number {
    return this.#current?.memory ?? 0;
  }

  /** Ends the isolate, which is idle, to make room for others; the next request gets a new one. */
  release(): void {
    const isolate = this.#current;
    if (isolate === undefined) return;
    this.#forgetCurrent();
    this.#released = isolate.compiled.version;
    isolate.release();
    this.#metrics.ended.released++;
    this.#reports.released();
  }

  /** An exchange of this isolate is over: older versions end with their last one. */
  finished(isolate: SiteIsolate): void {
    this.#retired.finished(isolate);
  }

  close(): void {
    this.#closed = true;
    this.#current?.dispose();
    this.#isolates.remove(this);
    for (const isolate of this.#retired.takeAll()) isolate.dispose();
  }

  /** The scripts failed an exchange: threw, with `stack`, or passed a limit. Says where in the source, if known. */
  reportFailure(
    isolate: SiteIsolate | undefined,
    what: string,
    stack: string | undefined,
  ): ScriptFailure | undefined {
    if (isolate !== undefined && stack !== undefined) {
      return this.#reportThrown(isolate.compiled, what, stack);
    }
    this.#reports.fault(what, "", undefined);
    return undefined;
  }

  #loadFor({ trace }: ScriptTask): SiteIsolate {
    const since = performance.now();
    const isolate = this.#loadCandidate();
    trace?.loaded(isolate.compiled.version, since);
    return isolate;
  }

  #loadCandidate(): SiteIsolate {
    if (this.#candidates.length > 0 && this.#now() >= this.#retryAt) this.#isolates.makeRoom();
    while (this.#candidates.length > 0 && this.#now() >= this.#retryAt) {
      const began = this.#now();
      const isolate = this.#create(this.#candidates[0]!);
      if (isolate !== undefined) {
        this.#use(isolate);
        return isolate;
      }
      // The last one stays: it may have been the machine, and what worked once is not given up.
      if (this.#candidates.length > 1) this.#candidates.shift();
      else this.#retryAt = this.#now() + Math.max(RETRY_AFTER, RETRY_SHARE * (this.#now() - began));
    }
    throw new HttpError(503, "script_not_loaded", this.#running("no version could be loaded"));
  }

  #quarantined(until: number): HttpError {
    const retryAfter = Math.max(1, Math.ceil((until - this.#now()) / 1000));
    const message = this.#running("they are in quarantine (see the supervisor's log)");
    return new HttpError(503, "site_quarantined", message, undefined, retryAfter);
  }

  #reportThrown(compiled: CompiledSite, what: string, stack: string): ScriptFailure {
    const { summary, failure } = this.#mappers.failure(compiled, stack);
    // Of a limit both say the same.
    const isSaid = failure.thrown !== "" && what.endsWith(failure.thrown);
    const told = isSaid
      ? what + summary.slice(failure.thrown.length)
      : summary === ""
        ? what
        : `${what}: ${summary}`;
    this.#reports.fault(told, failure.stack, failure.places[0]?.fault);
    return failure;
  }

  #running(message: string): string {
    return `running the scripts of "${this.#site.name}": ${message}`;
  }

  #use(isolate: SiteIsolate): void {
    this.#current = isolate;
    this.#candidates = [isolate.compiled];
    this.#isolates.add(this);
    this.#metrics.started++;
    this.#loadFailure = undefined;
    const { version } = isolate.compiled;
    this.#reports.loaded(version, version === this.#released);
    this.#released = undefined;
    this.#inspection?.use(isolate);
  }

  #forgetCurrent(): void {
    this.#current = undefined;
    this.#isolates.remove(this);
  }

  /** Undefined, and reported, when the version cannot be loaded. */
  #create(compiled: CompiledSite): SiteIsolate | undefined {
    const since = this.#activity.loading();
    try {
      return new SiteIsolate(this.#site, compiled, {
        runtime: this.#runtime,
        codeCache: this.#codeCache,
        ...this.#host,
        activity: this.#activity,
        metrics: this.#metrics,
        traces: this.#traces && this.#inspection === undefined,
        inspected: this.#inspection !== undefined,
        idle: (isolate) => this.finished(isolate),
        // Stacks that scripts log tell of the source too.
        log: (level, text) => this.#reports.line(level, this.#mappers.mapText(compiled, text)),
        thrown: (what, stack) => void this.#reportThrown(compiled, what, stack),
        mapText: (text) => this.#mappers.mapText(compiled, text),
        rejected: (isolate, message, stack) => this.reportFailure(isolate, this.#running(message), stack),
        died: (isolate, waiting, message) => this.#died(isolate, waiting, message),
        catastrophe: (message) => this.#reports.catastrophe(message),
      });
    } catch (error) {
      this.#activity.lost(since);
      const what = `version ${compiled.version} could not be loaded`;
      this.#loadFailure = this.#reportThrown(compiled, what, guestStack(error));
      return undefined;
    }
  }

  #died(isolate: SiteIsolate, waiting: readonly ScriptTask[], message: string): void {
    this.#reports.died(message);
    this.#retired.forget(isolate);
    if (this.#current === isolate) {
      this.#metrics.ended.died++;
      this.#forgetCurrent();
    }
    if (!this.#closed) for (const task of waiting) task.runAgain();
  }
}
