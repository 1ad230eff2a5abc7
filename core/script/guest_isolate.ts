import ivm from "isolated-vm";
import type { SiteConfig } from "../config/config.ts";
import type { CodeCache } from "./code_cache.ts";
import type { CompiledRuntime } from "./compile/compiled_runtime.ts";
import type { CompiledSite } from "./compile/compiled_site.ts";
import { inspectableBundle } from "./compile/inspectable_bundle.ts";
import { bundleFileName, RUNTIME_FILE_NAME, wrapBundle } from "./compile/wrap_bundle.ts";
import { guestStack } from "./failure/guest_error.ts";
import { hostCrypto } from "./host/host_crypto.ts";
import { hostUrl } from "./host/host_url.ts";
import { GuestInspection } from "./inspect/guest_inspection.ts";
import { INSPECTED_CONSOLE, INSPECTED_CONSOLE_FILE } from "./inspect/inspected_console.ts";
import { CpuClock } from "./limits/cpu_clock.ts";
import { LOAD_LIMIT } from "./limits/load_limit.ts";
import type { IsolateTracing } from "./trace/isolate_tracing.ts";

/** What goes into an entry: event texts, each possibly followed by bytes (`runtime/protocol.md`). */
export type Event = string | ArrayBuffer;

/** The CPU limit ended an entry. `index` is the event that ran, -1 when it was microtasks. */
export class CpuLimitReached extends Error {
  override readonly name = "CpuLimitReached";
  readonly index: number;
  /** Where in the scripts it struck. */
  readonly guestStack: string;
  /**
   * Whether the scripts had used less than half of it: the limit is measured by the clock, and the machine gave
   * its processors to others.
   */
  readonly starved: boolean;

  constructor(index: number, limit: number, used: number, guestStack: string) {
    const message = `the scripts ran for more than ${limit} ms without a pause`;
    super(message);
    this.index = index;
    this.guestStack = guestStack.replace(/^Error: Script execution timed out\./, message);
    this.starved = used < limit / 2;
  }
}

/** A promise of the scripts was rejected and nobody handled it. The isolate is fine, but the commands were lost. */
export class RejectionUnhandled extends Error {
  override readonly name = "RejectionUnhandled";
  readonly guestStack: string;

  constructor(guestStack: string) {
    super("a promise was rejected and nothing handled it");
    this.guestStack = guestStack;
  }
}

/** The isolate is gone: its memory limit was reached, or it could not go on. `index` as in `CpuLimitReached`. */
class IsolateDied extends Error {
  override readonly name = "IsolateDied";
  readonly index: number;

  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

/** What the guest may call on the host, and what the host hears of it. */
export interface GuestServices {
  readonly runtime: CompiledRuntime;
  /** Shared by the isolates of the worker. */
  readonly codeCache: CodeCache;
  readonly stat: (path: unknown) => string | undefined;
  readonly putBytes: (bytes: unknown) => number;
  /** Undefined where no request can be traced. */
  readonly tracing?: IsolateTracing | undefined;
  /** Whether a debugger may be attached; `inspection` is there then. */
  readonly inspected?: boolean;
  /** Microtasks have produced commands: enter again. */
  readonly wake: () => void;
  /** V8 has lost control over an isolate: the process must end after its open work. */
  readonly catastrophe: (message: string) => void;
}

/**
 * The V8 isolate of one version of a site's scripts and the one function through which it is entered. All of
 * isolated-vm is in this file, and what debugging needs of it in `guest_inspection.ts`; none of its objects goes anywhere
 * else, least of all into the isolate.
 */
export class GuestIsolate {
  /** Whether heads come by before they are sent, because a script exports onResponse. */
  readonly hooked: boolean;
  /** Undefined where no debugger can be attached. */
  readonly inspection: GuestInspection | undefined;
  readonly #isolate: ivm.Isolate;
  readonly #turn: ivm.Reference;
  readonly #running = new Int32Array(new SharedArrayBuffer(8));
  readonly #runOptions: { timeout: number };
  readonly #clock = new CpuClock();
  readonly #codeCache: CodeCache;
  readonly #runtimeText: string;
  readonly #bundle: { readonly fileName: string; readonly text: string };
  /** Whether the compiled runtime is still to be kept, after the first entry: most of what sites need is compiled then. */
  #keepsRuntime: boolean;

  /** Creates the isolate and loads the scripts. Throws what they throw while loading, with its stack. */
  constructor(site: SiteConfig, compiled: CompiledSite, services: GuestServices) {
    const { inspected = false } = services;
    this.#runOptions = { timeout: site.limits.cpu };
    this.#codeCache = services.codeCache;
    this.#runtimeText = services.runtime.main;
    this.#bundle = { fileName: bundleFileName(compiled.site), text: bundleText(compiled, services) };
    this.#keepsRuntime = this.#codeCache.get(RUNTIME_FILE_NAME, this.#runtimeText) === undefined;
    this.#isolate = new ivm.Isolate({
      memoryLimit: site.limits.memory,
      onCatastrophicError: services.catastrophe,
      inspector: inspected,
    });
    try {
      const context = this.#isolate.createContextSync({ inspector: inspected });
      this.inspection = inspected ? this.#inspection(context, services) : undefined;
      const shown = this.inspection && this.#evaluate(context, INSPECTED_CONSOLE, INSPECTED_CONSOLE_FILE);
      const entries = this.#start(context, site, services);
      shown?.applySync(undefined, [], { timeout: LOAD_LIMIT });
      this.#turn = entries.getSync("turn", { reference: true }) as ivm.Reference;
      const bundle = this.#evaluate(context, this.#bundle.text, this.#bundle.fileName);
      const load = entries.getSync("load", { reference: true }) as ivm.Reference;
      this.hooked = load.applySync(undefined, [bundle.derefInto()], { timeout: LOAD_LIMIT }) === "h";
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** One entry: events in, commands out. Throws `CpuLimitReached`, `RejectionUnhandled` or `IsolateDied`. */
  enter(events: Event[]): string {
    return this.inspection === undefined ? this.#enterNow(events) : this.inspection.enter(events);
  }

  #enterNow(events: Event[]): string {
    let commands: unknown;
    this.#clock.entering();
    try {
      commands = this.#turn.applySync(undefined, events.map(transferable), this.#runOptions);
    } catch (error) {
      throw this.#failure(error, this.#clock.used);
    }
    if (typeof commands !== "string") throw new IsolateDied(-1, "the isolate returned no commands");
    if (this.#keepsRuntime) this.#keepRuntime();
    return commands;
  }

  /** Of the request to which entries belong from now on and of which the guest tells what it does; 0 for none. */
  set traceNumber(value: number) {
    this.#running[1] = value;
  }

  /** Lets the next isolate of the same version find what V8 has compiled of it up to now. */
  keepCode(): void {
    if (this.inspection !== undefined) return;
    this.#keep(this.#bundle.text, this.#bundle.fileName);
  }

  /** Bytes of its memory, garbage and what it keeps outside of its heap included. */
  get memory(): number {
    // One that may be paused cannot be asked.
    if (this.#isolate.isDisposed || this.inspection !== undefined) return 0;
    const heap = this.#isolate.getHeapStatisticsSync();
    return heap.total_heap_size + heap.malloced_memory + heap.externally_allocated_size;
  }

  dispose(): void {
    this.inspection?.close();
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
  }

  #start(context: ivm.Context, site: SiteConfig, services: GuestServices): ivm.Reference {
    const start = this.#evaluate(context, services.runtime.main, RUNTIME_FILE_NAME);
    const { name, root = "", hosts, env } = site;
    const origin = performance.now();
    return start.applySync(
      undefined,
      [
        new ivm.ExternalCopy(this.#running).copyInto(),
        JSON.stringify({ site: { name, root, hosts }, env, scripts: site.scripts }),
        ...callbacks({
          ...hostUrl,
          ...(services.tracing?.tracedCrypto(hostCrypto) ?? hostCrypto),
          ...(services.tracing === undefined ? {} : { trace: services.tracing.note }),
          stat: services.stat,
          putBytes: services.putBytes,
          wake: () => {
            services.wake();
            this.inspection?.woke();
          },
          chunk: (name) => runtimeChunk(services.runtime, name),
          now: () => Math.round((performance.now() - origin) * 10) / 10,
        }),
      ],
      { timeout: LOAD_LIMIT, result: { reference: true } },
    ) as ivm.Reference;
  }

  #inspection(context: ivm.Context, services: GuestServices): GuestInspection {
    const visit = this.#evaluate(context, "(action) => action()", INSPECTED_CONSOLE_FILE);
    const guest = {
      isolate: this.#isolate,
      visit: (action: () => void) => void visit.applySync(undefined, [new ivm.Callback(action)]),
      enterNow: (events: Event[]) => this.#enterNow(events),
      enterLater: (events: Event[], isLimited: boolean) =>
        this.#turn.apply(undefined, events.map(transferable), isLimited ? this.#runOptions : {}),
      failure: (error: unknown) => this.#failure(error, this.#runOptions.timeout),
    };
    return new GuestInspection(guest, services.wake);
  }

  /** What an entry throws. `used`: milliseconds it has had a processor. */
  #failure(error: unknown, used: number): Error {
    const index = this.#running[0]!;
    const message = error instanceof Error ? String(error.message) : "";
    if (this.#isolate.isDisposed) return new IsolateDied(index, message);
    if (message === "Script execution timed out.") {
      return new CpuLimitReached(index, this.#runOptions.timeout, used, guestStack(error));
    }
    // isolated-vm throws the reason of a rejection when the entry is through; what throws before is no script.
    if (index === -1) return new RejectionUnhandled(guestStack(error));
    return new IsolateDied(index, message);
  }

  #evaluate(context: ivm.Context, code: string, filename: string): ivm.Reference {
    const known = this.#codeCache.get(filename, code);
    const cachedData = known && new ivm.ExternalCopy(known);
    const script: CompiledScript = this.#isolate.compileScriptSync(code, {
      filename,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    cachedData?.release();
    if (script.cachedDataRejected === true) this.#codeCache.delete(filename);
    return script.runSync(context, { timeout: LOAD_LIMIT, reference: true }) as ivm.Reference;
  }

  /** Takes about a millisecond, which the answer to the first request does not wait for. */
  #keepRuntime(): void {
    this.#keepsRuntime = false;
    setImmediate(() => {
      if (!this.#isolate.isDisposed) this.#keep(this.#runtimeText, RUNTIME_FILE_NAME);
    });
  }

  /**
   * V8 finds the text among those it has compiled in this isolate, so the data has the functions that have run since,
   * too, and an isolate made with it has nothing left to compile.
   */
  #keep(text: string, filename: string): void {
    if (this.#codeCache.get(filename, text) !== undefined) return;
    const script: CompiledScript = this.#isolate.compileScriptSync(text, {
      filename,
      produceCachedData: true,
    });
    const { cachedData } = script;
    if (cachedData === undefined) return;
    this.#codeCache.set(filename, text, cachedData.copy({ release: true }));
  }
}

function bundleText(compiled: CompiledSite, { inspected }: GuestServices): string {
  return inspected ? inspectableBundle(compiled) : wrapBundle(compiled.code);
}

/** The types of isolated-vm leave these out. */
type CompiledScript = ivm.Script & ivm.CachedDataResult & { readonly cachedDataRejected?: boolean };

type HostFunction = (...values: never[]) => unknown;

/**
 * Each function behind its name, as `runtime/main.ts` takes them. None of them is meant to throw, and nothing would be
 * told of it: isolated-vm would hand the error over with the host's stack.
 */
function callbacks(functions: Readonly<Record<string, HostFunction>>): unknown[] {
  return Object.entries(functions).flatMap(([name, run]) => [
    name,
    new ivm.Callback((...values: never[]) => {
      try {
        return run(...values);
      } catch {
        return undefined;
      }
    }),
  ]);
}

function runtimeChunk(runtime: CompiledRuntime, name: unknown): string {
  if (typeof name !== "string" || !Object.hasOwn(runtime.chunks, name)) return "";
  return runtime.chunks[name]!;
}

/** Bytes are copied: the event may have to go in again. */
function transferable(event: Event): string | ivm.Copy<ArrayBuffer> {
  if (typeof event === "string") return event;
  return new ivm.ExternalCopy(event).copyInto({ release: true, transferIn: true });
}
