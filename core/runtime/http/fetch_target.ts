import { boundedText } from "../language/bounded_text.ts";
import { indexOf, slice } from "../language/primordials.ts";
import { toUSVString } from "../language/web_idl.ts";
import type { Request, RequestClass } from "./request.ts";
import type { RequestInit } from "./request_settings.ts";
import { cutBackend } from "./request_url.ts";

/** What a call of `fetch` is about. */
export interface FetchTarget {
  readonly request: Request;
  /** URL for command `g`; undefined when the request's own exchange escalates. */
  readonly url: string | undefined;
  /** Name of the backend that the exchange shall escalate to, instead of what the request says. */
  readonly backend: string | undefined;
}

/** Throws a TypeError for what is neither a URL, nor a request, nor a backend's name. */
export function fetchTarget(
  input: unknown,
  init: RequestInit | undefined,
  requests: RequestClass,
): FetchTarget {
  const { Request, slotOf } = requests;
  if (input instanceof Request && init === undefined) return targetOf(input, slotOf(input));
  if (init instanceof Request && !(input instanceof Request)) {
    const target = backendTarget(boundedText(toUSVString(input), "fetch"), init, requests);
    if (target !== undefined) return target;
  }
  const request = new Request(input, init);
  return targetOf(request, slotOf(request));
}

function targetOf(request: Request, slot: number): FetchTarget {
  return { request, url: slot === 0 ? withoutHash(request.url) : undefined, backend: undefined };
}

/**
 * `fetch("backend:NAME", request)`: with a path and query of its own, or with those of the request. Undefined when it
 * is another URL.
 */
function backendTarget(
  url: string,
  given: Request,
  { Request, slotOf }: RequestClass,
): FetchTarget | undefined {
  const backend = cutBackend(url);
  if (backend === undefined || backend.name === "") return undefined;
  const path = withoutHash(backend.rest);
  if (slotOf(given) !== 0) {
    // A part of its exchange: so the backend is told of the client by the proxy, not by what the client says.
    const request = path === "" ? given : new Request(path, given);
    return { request, url: undefined, backend: backend.name };
  }
  if (path !== "") return undefined;
  return { request: given, url: `backend:${backend.name}${pathOf(given)}`, backend: undefined };
}

/** Path and query. Not by `path`, which a router may have set to something else. */
function pathOf({ url }: Request): string {
  const rest = cutBackend(url)?.rest ?? slice(url, indexOf(url, "/", indexOf(url, "://") + 3));
  return withoutHash(rest);
}

function withoutHash(url: string): string {
  const hash = indexOf(url, "#");
  return hash === -1 ? url : slice(url, 0, hash);
}
