import type { SiteConfig } from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import { HttpError } from "../http/http_error.ts";
import type { CompiledRuntime } from "./compiled_runtime.ts";
import type { CompiledSite } from "./compiled_site.ts";
import { ErrorMapper } from "./error_location.ts";
import { errorSummary } from "./error_summary.ts";
import { guestStack } from "./guest_error.ts";
import type { ScriptTask } from "./script_task.ts";
import { SiteIsolate } from "./site_isolate.ts";

/** Milliseconds after which a version that could not be loaded is tried again. */
const RETRY_AFTER = 1_000;

/** What is told of a site's scripts, for the log. */
export interface ScriptReports {
  /** A line a script has logged itself; `level` as in pino, 10 to 50. */
  line(level: number, text: string): void;
  /**
   * A script threw, or a version could not be loaded. `what` is one line that ends with what was thrown and where;
   * `fault` is the place in the source, when it is known.
   */
  fault(what: string, stack: string, fault: Fault | undefined): void;
  /** A version is in use from now on. */
  loaded(version: number): void;
  /** The isolate has ended and will be replaced. */
  died(message: string): void;
  catastrophe(message: string): void;
}

/**
 * The scripts of one site in this worker: the isolate in use, made on first use, and older versions that still have
 * exchanges to finish. A version that cannot be loaded never replaces one that works.
 */
export class SiteScripts {
  readonly #site: SiteConfig;
  readonly #runtime: CompiledRuntime;
  readonly #stat: (path: unknown) => string | undefined;
  readonly #reports: ScriptReports;
  readonly #now: () => number;
  #current: SiteIsolate | undefined;
  /** Version to load when there is no isolate, best first. */
  #candidates: CompiledSite[];
  /** Until then nothing is tried after the last candidate could not be loaded; milliseconds. */
  #retryAt = 0;
  readonly #mappers = new WeakMap<CompiledSite, ErrorMapper>();
  readonly #retired = new Set<SiteIsolate>();
  #closed = false;

  constructor(options: {
    site: SiteConfig;
    runtime: CompiledRuntime;
    stat: (path: unknown) => string | undefined;
    reports: ScriptReports;
    compiled: CompiledSite | undefined;
    /** Monotonic milliseconds. */
    now?: () => number;
  }) {
    this.#site = options.site;
    this.#runtime = options.runtime;
    this.#stat = options.stat;
    this.#reports = options.reports;
    this.#candidates = options.compiled === undefined ? [] : [options.compiled];
    this.#now = options.now ?? (() => performance.now());
  }

  /** Hands a request to the scripts; its slot is told by `requestEvent`. Throws `HttpError` 503 when no version can be loaded. */
  begin(task: ScriptTask): SiteIsolate {
    const isolate = this.#current ?? this.#loadCandidate();
    isolate.begin(task);
    return isolate;
  }

  /**
   * A new version: takes over when it loads, beside the old one; otherwise the old one stays. Returns whether it
   * did, or will on first use.
   */
  load(compiled: CompiledSite): boolean {
    if (this.#current === undefined) {
      this.#candidates = [compiled, ...this.#candidates].slice(0, 2);
      this.#retryAt = 0;
      return true;
    }
    const isolate = this.#create(compiled);
    if (isolate === undefined) return false;
    const before = this.#current;
    this.#use(isolate);
    if (before !== undefined) this.#retire(before);
    return true;
  }

  /** An exchange of this isolate is over: older versions end with their last one. */
  finished(isolate: SiteIsolate): void {
    if (this.#retired.has(isolate) && !isolate.busy) {
      this.#retired.delete(isolate);
      isolate.dispose();
    }
  }

  close(): void {
    this.#closed = true;
    this.#current?.dispose();
    for (const isolate of this.#retired) isolate.dispose();
    this.#retired.clear();
  }

  /** The scripts failed an exchange: threw, with `stack`, or passed a limit. Says where in the source, if known. */
  reportFailure(isolate: SiteIsolate | undefined, what: string, stack: string | undefined): void {
    if (isolate === undefined || stack === undefined) return this.#reports.fault(what, "", undefined);
    this.#reportThrown(isolate.compiled, what, stack);
  }

  #loadCandidate(): SiteIsolate {
    while (this.#candidates.length > 0 && this.#now() >= this.#retryAt) {
      const isolate = this.#create(this.#candidates[0]!);
      if (isolate !== undefined) {
        this.#use(isolate);
        return isolate;
      }
      // The last one stays: it may have been the machine, and what worked once is not given up.
      if (this.#candidates.length > 1) this.#candidates.shift();
      else this.#retryAt = this.#now() + RETRY_AFTER;
    }
    throw new HttpError(503, "script_not_loaded", this.#running("no version could be loaded"));
  }

  #reportThrown(compiled: CompiledSite, what: string, stack: string): void {
    const mapper = this.#mapper(compiled);
    const fault = mapper.locate(stack);
    const summary = errorSummary(stack, fault);
    this.#reports.fault(summary === "" ? what : `${what}: ${summary}`, mapper.mapStack(stack), fault);
  }

  #running(message: string): string {
    return `running the scripts of "${this.#site.name}": ${message}`;
  }

  #use(isolate: SiteIsolate): void {
    this.#current = isolate;
    this.#candidates = [isolate.compiled];
    this.#reports.loaded(isolate.compiled.version);
  }

  /** One per version, because taking a source map apart is costly and a failing script fails often. */
  #mapper(compiled: CompiledSite): ErrorMapper {
    let mapper = this.#mappers.get(compiled);
    if (mapper === undefined) {
      mapper = new ErrorMapper(compiled);
      this.#mappers.set(compiled, mapper);
    }
    return mapper;
  }

  #retire(isolate: SiteIsolate): void {
    if (isolate.busy) this.#retired.add(isolate);
    else isolate.dispose();
  }

  /** Undefined, and reported, when the version cannot be loaded. */
  #create(compiled: CompiledSite): SiteIsolate | undefined {
    try {
      return new SiteIsolate(this.#site, compiled, {
        runtime: this.#runtime,
        stat: this.#stat,
        operations: {},
        // Stacks that scripts log tell of the source too.
        log: (level, text) => this.#reports.line(level, this.#mapper(compiled).mapText(text)),
        rejected: (isolate, message, stack) => this.reportFailure(isolate, this.#running(message), stack),
        died: (isolate, waiting, message) => this.#died(isolate, waiting, message),
        catastrophe: (message) => this.#reports.catastrophe(message),
      });
    } catch (error) {
      this.#reportThrown(compiled, `version ${compiled.version} could not be loaded`, guestStack(error));
      return undefined;
    }
  }

  #died(isolate: SiteIsolate, waiting: readonly ScriptTask[], message: string): void {
    this.#reports.died(message);
    this.#retired.delete(isolate);
    if (this.#current === isolate) this.#current = undefined;
    if (!this.#closed) for (const task of waiting) task.runAgain();
  }
}
