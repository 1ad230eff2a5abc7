import type { AbortSignal } from "../events/chunk.ts";
import { boundedText } from "../language/bounded_text.ts";
import { toDOMString } from "../language/web_idl.ts";
import type { BodyServices } from "./body.ts";

/** What `new Request` and `fetch` take as second argument. */
export interface RequestInit {
  readonly method?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly mode?: unknown;
  readonly credentials?: unknown;
  readonly cache?: unknown;
  readonly redirect?: unknown;
  readonly referrer?: unknown;
  readonly referrerPolicy?: unknown;
  readonly integrity?: unknown;
  readonly keepalive?: unknown;
  readonly duplex?: unknown;
  readonly priority?: unknown;
  readonly signal?: unknown;
}

/** Properties of a request that mean something to browsers; of them only `redirect` and `signal` do to a proxy. */
export interface RequestSettings {
  readonly mode: string;
  readonly credentials: string;
  readonly cache: string;
  readonly redirect: string;
  readonly referrer: string;
  readonly referrerPolicy: string;
  readonly integrity: string;
  readonly keepalive: boolean;
  /** What the request was given; null for none, undefined to follow the request it was made from. */
  readonly signal: AbortSignal | null | undefined;
}

/** Of a request that a script makes (Fetch standard, section 5.4). */
export const DEFAULT_SETTINGS: RequestSettings = Object.freeze({
  mode: "cors",
  credentials: "same-origin",
  cache: "default",
  redirect: "follow",
  referrer: "about:client",
  referrerPolicy: "",
  integrity: "",
  keepalive: false,
  signal: undefined,
});

/** Of a client's request: a redirect is the client's to follow, also when the request goes on elsewhere. */
export const INCOMING_SETTINGS: RequestSettings = Object.freeze({ ...DEFAULT_SETTINGS, redirect: "manual" });

const VALUES = {
  mode: ["same-origin", "no-cors", "cors"],
  credentials: ["omit", "same-origin", "include"],
  cache: ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"],
  redirect: ["follow", "error", "manual"],
  referrerPolicy: [
    "",
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
  ],
  duplex: ["half"],
  priority: ["high", "low", "auto"],
} as const;

/** The settings with those of `init` in their place. Throws a TypeError for a value that the standard does not have. */
export function settingsWith(
  init: RequestInit,
  base: RequestSettings,
  chunks: BodyServices["chunks"],
): RequestSettings {
  oneOf(init, "duplex", "half");
  oneOf(init, "priority", "auto");
  const cache = oneOf(init, "cache", base.cache);
  const mode = oneOf(init, "mode", base.mode);
  if (cache === "only-if-cached" && mode !== "same-origin") {
    throw new TypeError(`new Request: cache "only-if-cached" needs mode "same-origin", not "${mode}"`);
  }
  return {
    cache,
    credentials: oneOf(init, "credentials", base.credentials),
    integrity: textOf(init, "integrity", base.integrity),
    keepalive: init.keepalive === undefined ? base.keepalive : Boolean(init.keepalive),
    mode,
    redirect: oneOf(init, "redirect", base.redirect),
    referrer: textOf(init, "referrer", base.referrer),
    referrerPolicy: oneOf(init, "referrerPolicy", base.referrerPolicy),
    signal: signalOf(init.signal, base.signal, chunks),
  };
}

function oneOf(init: RequestInit, name: keyof typeof VALUES, otherwise: string): string {
  const given = init[name];
  if (given === undefined) return otherwise;
  const text = boundedText(toDOMString(given), `request.${name}`);
  const values: readonly string[] = VALUES[name];
  for (let i = 0; i < values.length; i++) if (values[i] === text) return text;
  throw new TypeError(`new Request: ${name} must be one of "${values.join('", "')}"; got "${text}"`);
}

function textOf(init: RequestInit, name: "integrity" | "referrer", otherwise: string): string {
  const given = init[name];
  return given === undefined ? otherwise : boundedText(toDOMString(given), `request.${name}`);
}

function signalOf(
  given: unknown,
  otherwise: AbortSignal | null | undefined,
  chunks: BodyServices["chunks"],
): AbortSignal | null | undefined {
  if (given === undefined || given === null) return given === null ? null : otherwise;
  // Nobody can have one without having loaded the class.
  const events = chunks.loaded("events");
  if (events?.isAbortSignal(given)) return given;
  throw new TypeError(`new Request: signal must be an AbortSignal; got a value of type ${typeof given}`);
}
