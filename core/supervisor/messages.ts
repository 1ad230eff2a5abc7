import type { Config, ListenAddress, ListenerConfig } from "../config/config.ts";
import type { ServedCertificate, TlsMaterial } from "../http/tls_material.ts";
import type { Snapshot } from "../observe/metrics/snapshot.ts";
import type { CompiledRuntime } from "../script/compile/compiled_runtime.ts";
import type { CompiledSite } from "../script/compile/compiled_site.ts";
import type { Losses } from "../script/limits/heartbeat.ts";

/** What the supervisor tells a worker, over the IPC channel with the structured clone algorithm. */
export type SupervisorMessage =
  | StartMessage
  | LoadMessage
  | QuarantineMessage
  | LiftMessage
  | TlsMessage
  | MeasureMessage
  | PurgeMessage
  | PurgeDoneMessage
  | DrainMessage
  | CutMessage;

/** The first message; the worker answers `ready` or `failed`. */
export interface StartMessage {
  readonly type: "start";
  readonly config: Config;
  readonly runtime: CompiledRuntime;
  readonly sites: readonly CompiledSite[];
  /** Sites whose scripts must load before the worker serves: they are new, and what serves already works. */
  readonly trials: readonly string[];
  readonly listeners: readonly InheritedListener[];
  /** Undefined when no listener speaks TLS. */
  readonly tls: TlsMaterial | undefined;
  /** Tells the worker from the others, now and in metrics: the number of its place. */
  readonly slot: number;
  /** Descriptor of the worker's heartbeat file, undefined without one. */
  readonly heartbeat: number | undefined;
  readonly quarantined: readonly QuarantinedSite[];
  /** Where debuggers may come in, undefined for nowhere. */
  readonly inspect: InspectAddress | undefined;
}

export interface InspectAddress {
  /** A loopback address. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Whether the workers of the generation before still have it: the worker serves without waiting for it. */
  readonly isTaken?: boolean;
}

/** A site whose scripts must not run. */
export interface QuarantinedSite {
  readonly site: string;
  /** Milliseconds until that is likely to end, for `Retry-After`; a `lift` message ends it. */
  readonly milliseconds: number;
}

/** A listening socket that the worker was born with. */
export interface InheritedListener {
  readonly fd: number;
  readonly address: ListenAddress;
  readonly spoken: Omit<ListenerConfig, "address">;
}

/** A new version of a site; the worker answers `loaded` or `refused`. */
export interface LoadMessage {
  readonly type: "load";
  readonly site: CompiledSite;
  /** Load it now, even if the site has no isolate yet: what this worker says decides whether the others get it. */
  readonly isTrial: boolean;
}

/** The scripts of a site must not run from now on. */
export interface QuarantineMessage extends QuarantinedSite {
  readonly type: "quarantine";
}

/** They may again. */
export interface LiftMessage {
  readonly type: "lift";
  readonly site: string;
}

/** A part of the worker's `TlsMaterial` has been replaced. */
export type TlsMessage =
  /** `place`: index in the list of certificates. */
  | { readonly type: "certificate"; readonly place: number; readonly certificate: ServedCertificate }
  | { readonly type: "clientAuthorities"; readonly authorities: string }
  /** Undefined when there is none any more. */
  | { readonly type: "staple"; readonly fingerprint256: string; readonly response: Uint8Array | undefined }
  | { readonly type: "ticketKeys"; readonly keys: Uint8Array };

/** What has been counted? The worker answers `measured`. */
export interface MeasureMessage {
  readonly type: "measure";
  /** Above 0. */
  readonly request: number;
}

/** Kept answers with one of these tags, by site. */
export type Purges = readonly { readonly site: string; readonly tags: readonly string[] }[];

/** Let go of kept answers. The worker answers `purged`. */
export interface PurgeMessage {
  readonly type: "purge";
  readonly round: number;
  readonly purges: Purges;
}

/** What the worker asked for by `purge` is done in all workers, or why not. */
export interface PurgeDoneMessage {
  readonly type: "purgeDone";
  readonly failure: string | undefined;
}

/** Stop accepting, finish what is under way and exit with 0. A later one may have less patience. */
export interface DrainMessage {
  readonly type: "drain";
  /** Whether idle connections may make one more request. */
  readonly gently: boolean;
  /** Milliseconds until what is still under way is cut off. */
  readonly timeout: number;
}

/** Log and cut off what is still under way and exit with 0. */
export interface CutMessage {
  readonly type: "cut";
  /** For the log. */
  readonly reason: string;
}

/** Scripts that cannot be loaded. */
export interface ScriptFault {
  readonly site: string;
  /** Why, and where in the source; may have several lines. */
  readonly message: string;
}

/** What a worker tells the supervisor. */
export type WorkerMessage =
  | { readonly type: "ready" }
  /** The worker cannot serve, and exits. */
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "loaded"; readonly site: string; readonly version: number }
  /** The version cannot be loaded; the one before it goes on serving. */
  | { readonly type: "refused"; readonly site: string; readonly version: number; readonly message: string }
  /** The worker ends after what is under way: start another now. `site` is to blame. */
  | { readonly type: "leaving"; readonly reason: string; readonly site?: string | undefined }
  /** Answers `measure`; with request 0, unasked, because the worker ends. */
  | {
      readonly type: "measured";
      readonly request: number;
      readonly snapshot: Snapshot;
      readonly faults: readonly ScriptFault[];
    }
  /** Scripts want kept answers let go of in all workers. The next one follows when this one is answered. */
  | { readonly type: "purge"; readonly purges: Purges }
  | { readonly type: "purged"; readonly round: number }
  /** A sign of life, where there is no heartbeat file. */
  | { readonly type: "alive" }
  /** Time that scripts have taken by reaching their limits, since the last such message. */
  | { readonly type: "losses"; readonly losses: Losses };
