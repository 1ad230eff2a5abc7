import type { RequestCookies } from "../cookies/request_cookies.ts";
import type { AbortSignal } from "../events/chunk.ts";
import { defineProperty } from "../language/primordials.ts";
import type { BodyServices } from "./body.ts";
import type { Headers } from "./headers.ts";
import type { RequestSettings } from "./request_settings.ts";
import { assignParams, shadow } from "./router_properties.ts";

/** What most requests never need: made when a script asks for it. */
export interface RequestExtras {
  settings: RequestSettings;
  params: unknown;
  cookies: RequestCookies | undefined;
  /** The request it was made from, whose signal it follows. */
  parent: RequestExtras | undefined;
  signal: AbortSignal | undefined;
  /** Whether the client has left. */
  isOver: boolean;
}

export function makeExtras(settings: RequestSettings, parent?: RequestExtras): RequestExtras {
  return {
    settings,
    parent,
    params: undefined,
    cookies: undefined,
    signal: undefined,
    isOver: false,
  };
}

/** The request's signal, made when it is asked for first. */
function signalOfExtras(extras: RequestExtras, chunks: BodyServices["chunks"]): AbortSignal {
  if (extras.signal !== undefined) return extras.signal;
  const events = chunks.get("events");
  const source = extras.settings.signal ?? followed(extras, chunks);
  extras.signal = source === undefined ? events.createAbortSignal() : events.followSignals([source]);
  if (extras.isOver) events.abort(extras.signal, undefined);
  return extras.signal;
}

function followed(extras: RequestExtras, chunks: BodyServices["chunks"]): AbortSignal | undefined {
  if (extras.settings.signal === null || extras.parent === undefined) return undefined;
  return signalOfExtras(extras.parent, chunks);
}

/** The signal that may abort a fetch; undefined when no script has one that could. */
export function knownSignal(extras: RequestExtras | undefined): AbortSignal | undefined {
  for (let each = extras; each !== undefined; each = each.parent) {
    const signal = each.signal ?? each.settings.signal;
    if (signal !== undefined) return signal ?? undefined;
  }
  return undefined;
}

/** The client has left. */
export function abortExtras(extras: RequestExtras, chunks: BodyServices["chunks"]): void {
  extras.isOver = true;
  if (extras.signal !== undefined) chunks.get("events").abort(extras.signal, undefined);
}

const GIVEN = [
  "mode",
  "credentials",
  "cache",
  "redirect",
  "referrer",
  "referrerPolicy",
  "integrity",
  "keepalive",
] as const;

/** Properties of a request that are kept in its extras; the class only declares them. */
export interface ExtraProperties {
  readonly mode: string;
  readonly credentials: string;
  readonly cache: string;
  readonly redirect: "follow" | "error" | "manual";
  readonly referrer: string;
  readonly referrerPolicy: string;
  readonly integrity: string;
  readonly keepalive: boolean;
  readonly destination: string;
  readonly duplex: "half";
  readonly signal: AbortSignal;
  readonly cookies: RequestCookies;
  params: Record<string, string>;
}

type Setter = (this: object, value: unknown) => void;

/** Gives the class those properties. `settingsOf` and `extrasOf` throw for what is no request. */
export function defineExtras<T extends { readonly headers: Headers }>(
  prototype: T,
  settingsOf: (request: T) => RequestSettings,
  extrasOf: (request: T) => RequestExtras,
  chunks: BodyServices["chunks"],
): void {
  const define = (name: string, get: (request: T) => unknown, set?: Setter): void =>
    defineAccessor(prototype, name, get, set);
  for (let i = 0; i < GIVEN.length; i++) define(GIVEN[i]!, (request) => settingsOf(request)[GIVEN[i]!]);
  define("destination", (request) => settingsOf(request) && "");
  define("duplex", (request) => settingsOf(request) && "half");
  define("signal", (request) => signalOfExtras(extrasOf(request), chunks));
  // Routers assign, maybe to a Proxy of the request.
  const { params, cookies } = {
    params(this: object, value: unknown): void {
      assignParams(this, value, undefined);
    },
    cookies(this: object, value: unknown): void {
      shadow(this, "cookies", value);
    },
  };
  define("params", (request) => (extrasOf(request).params ??= {}), params);
  define(
    "cookies",
    (request) => {
      const extras = extrasOf(request);
      extras.cookies ??= new (chunks.get("cookies").RequestCookies)(request.headers.get("cookie"));
      return extras.cookies;
    },
    cookies,
  );
}

/** Without `set`, assigning does nothing, or throws in strict code. */
function defineAccessor<T>(prototype: T, name: string, get: (request: T) => unknown, set?: Setter): void {
  // A method: no constructor, as accessors of classes have none.
  const { getter } = {
    getter(this: T): unknown {
      return get(this);
    },
  };
  const accessors = set === undefined ? { get: getter } : { get: getter, set };
  defineProperty(prototype as object, name, { ...accessors, enumerable: true, configurable: true });
}
