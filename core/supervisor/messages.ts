import type { Config, ListenAddress } from "../config/config.ts";
import type { CompiledRuntime } from "../script/compiled_runtime.ts";
import type { CompiledSite } from "../script/compiled_site.ts";

/** What the supervisor tells a worker, over the IPC channel with the structured clone algorithm. */
export type SupervisorMessage = StartMessage | LoadMessage | DrainMessage | CutMessage;

/** The first message; the worker answers `ready` or `failed`. */
export interface StartMessage {
  readonly type: "start";
  readonly config: Config;
  readonly runtime: CompiledRuntime;
  readonly sites: readonly CompiledSite[];
  readonly listeners: readonly InheritedListener[];
}

/** A listening socket that the worker was born with. */
export interface InheritedListener {
  readonly fd: number;
  readonly address: ListenAddress;
}

/** A new version of a site; the worker answers `loaded` or `refused`. */
export interface LoadMessage {
  readonly type: "load";
  readonly site: CompiledSite;
}

/** Stop accepting, finish what is under way and exit with 0. */
export interface DrainMessage {
  readonly type: "drain";
}

/** Log and cut off what is still under way and exit with 0. */
export interface CutMessage {
  readonly type: "cut";
}

/** What a worker tells the supervisor. */
export type WorkerMessage =
  | { readonly type: "ready" }
  /** The worker cannot serve, and exits. */
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "loaded"; readonly site: string; readonly version: number }
  /** The version cannot be loaded; the one before it goes on serving. */
  | { readonly type: "refused"; readonly site: string; readonly version: number; readonly message: string }
  /** The worker ends after what is under way: start another now. */
  | { readonly type: "leaving"; readonly reason: string };
