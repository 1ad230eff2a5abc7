import type { ScriptMetrics } from "../observe/metrics/script_metrics.ts";
import type { CodeCache } from "./code_cache.ts";
import type { CompiledRuntime } from "./compile/compiled_runtime.ts";
import type { HoldingTime } from "./held_bodies.ts";
import type { HostOperations } from "./host/host_operations.ts";
import type { SiteActivity } from "./limits/heartbeat.ts";
import type { ScriptTask } from "./script_task.ts";
import type { SiteIsolate } from "./site_isolate.ts";
import type { OriginFetcher } from "./unbound_work.ts";

/** What operations fail with whose client has left. */
export const CLIENT_LEFT = "the request it belongs to is over: the client has left";

/** What the scripts of a site may use of the host. */
export interface ScriptHost {
  readonly stat: (path: unknown) => string | undefined;
  readonly operations: HostOperations;
  readonly fetchOrigin: OriginFetcher;
  readonly holding: HoldingTime;
}

/** What a site's isolate needs of the worker. */
export interface IsolateServices extends ScriptHost {
  readonly runtime: CompiledRuntime;
  readonly codeCache: CodeCache;
  readonly activity: SiteActivity;
  readonly metrics: ScriptMetrics;
  /** Whether requests may be traced. */
  readonly traces: boolean;
  /** Takes places in the bundle, wherever they stand in a text, back to the source. */
  mapText(text: string): string;
  /** Whether a debugger may be attached; each entry hops to another thread then. */
  readonly inspected: boolean;
  log(level: number, text: string): void;
  /** Something of the scripts threw that no answer tells of; `stack` is the guest's. */
  thrown(what: string, stack: string): void;
  /** A promise was rejected and nothing handled it; `stack` is the guest's. */
  rejected(isolate: SiteIsolate, message: string, stack: string): void;
  /** Nothing needs the isolate any longer. */
  idle(isolate: SiteIsolate): void;
  /** The isolate has ended; `waiting` had not begun and can run in another one. */
  died(isolate: SiteIsolate, waiting: readonly ScriptTask[], message: string): void;
  catastrophe(message: string): void;
}
