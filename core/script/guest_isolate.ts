import ivm from "isolated-vm";
import type { SiteConfig } from "../config/config.ts";
import type { CompiledRuntime } from "./compiled_runtime.ts";
import type { CompiledSite } from "./compiled_site.ts";
import { guestStack } from "./guest_error.ts";
import { hostCrypto } from "./host_crypto.ts";
import { hostUrl } from "./host_url.ts";
import { LOAD_LIMIT } from "./load_limit.ts";
import { bundleFileName, RUNTIME_FILE_NAME, wrapBundle } from "./wrap_bundle.ts";

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
    super(`the scripts ran for more than ${limit} ms without a pause`);
    this.index = index;
    this.guestStack = guestStack;
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
export class IsolateDied extends Error {
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
  readonly stat: (path: unknown) => string | undefined;
  readonly putBytes: (bytes: unknown) => number;
  /** Microtasks have produced commands: enter again. */
  readonly wake: () => void;
  /** V8 has lost control over an isolate: the process must end after its open work. */
  readonly catastrophe: (message: string) => void;
}

/**
 * The V8 isolate of one version of a site's scripts and the one function through which it is entered. All of
 * isolated-vm is in this file; none of its objects goes anywhere else, least of all into the isolate.
 */
export class GuestIsolate {
  /** Whether heads come by before they are sent, because a script exports onResponse. */
  readonly hooked: boolean;
  readonly #isolate: ivm.Isolate;
  readonly #turn: ivm.Reference;
  readonly #running = new Int32Array(new SharedArrayBuffer(4));
  readonly #runOptions: { timeout: number };

  /** Creates the isolate and loads the scripts. Throws what they throw while loading, with its stack. */
  constructor(site: SiteConfig, compiled: CompiledSite, services: GuestServices) {
    this.#runOptions = { timeout: site.limits.cpu };
    this.#isolate = new ivm.Isolate({
      memoryLimit: site.limits.memory,
      onCatastrophicError: services.catastrophe,
    });
    try {
      const context = this.#isolate.createContextSync();
      const entries = this.#start(context, site, services);
      this.#turn = entries.getSync("turn", { reference: true }) as ivm.Reference;
      const bundle = this.#evaluate(context, wrapBundle(compiled.code), bundleFileName(compiled.site));
      const load = entries.getSync("load", { reference: true }) as ivm.Reference;
      this.hooked = load.applySync(undefined, [bundle.derefInto()], { timeout: LOAD_LIMIT }) === "h";
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** One entry: events in, commands out. Throws `CpuLimitReached`, `RejectionUnhandled` or `IsolateDied`. */
  enter(events: Event[]): string {
    let commands: unknown;
    const before = this.#isolate.cpuTime;
    try {
      commands = this.#turn.applySync(undefined, events.map(transferable), this.#runOptions);
    } catch (error) {
      const index = this.#running[0]!;
      const message = error instanceof Error ? String(error.message) : "";
      if (this.#isolate.isDisposed) throw new IsolateDied(index, message);
      if (message === "Script execution timed out.") {
        const used = Number(this.#isolate.cpuTime - before) / 1e6;
        throw new CpuLimitReached(index, this.#runOptions.timeout, used, guestStack(error));
      }
      // isolated-vm throws the reason of a rejection when the entry is through; what throws before is no script.
      if (index === -1) throw new RejectionUnhandled(guestStack(error));
      throw new IsolateDied(index, message);
    }
    if (typeof commands !== "string") throw new IsolateDied(-1, "the isolate returned no commands");
    return commands;
  }

  dispose(): void {
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
        JSON.stringify({ site: { name, root, hosts }, env }),
        ...callbacks({
          ...hostUrl,
          ...hostCrypto,
          stat: services.stat,
          putBytes: services.putBytes,
          wake: services.wake,
          chunk: (name) => runtimeChunk(services.runtime, name),
          now: () => Math.round((performance.now() - origin) * 10) / 10,
        }),
      ],
      { timeout: LOAD_LIMIT, result: { reference: true } },
    ) as ivm.Reference;
  }

  #evaluate(context: ivm.Context, code: string, filename: string): ivm.Reference {
    const script = this.#isolate.compileScriptSync(code, { filename });
    return script.runSync(context, { timeout: LOAD_LIMIT, reference: true }) as ivm.Reference;
  }
}

type HostFunction = (...values: never[]) => unknown;

/** Each function behind its name, as `runtime/main.ts` takes them. */
function callbacks(functions: Readonly<Record<string, HostFunction>>): unknown[] {
  return Object.entries(functions).flatMap(([name, run]) => [
    name,
    new ivm.Callback((...values: never[]) => {
      const result = run(...values);
      return result instanceof ArrayBuffer ? transferable(result) : result;
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
