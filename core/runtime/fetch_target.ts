import { boundedText } from "./bounded_text.ts";
import { indexOf, slice, startsWith } from "./primordials.ts";
import type { Request, RequestClass } from "./request.ts";
import type { RequestInit } from "./request_settings.ts";
import { toUSVString } from "./web_idl.ts";

/** What a call of `fetch` is about. */
export interface FetchTarget {
  readonly request: Request;
  /** URL for command `g`; undefined when the request's own exchange escalates. */
  readonly url: string | undefined;
  /** Name of the backend that the exchange shall escalate to, instead of what the request says. */
  readonly backend: string | undefined;
}

const SCHEME = "backend:";

/** Throws a TypeError for what is neither a URL, nor a request, nor a backend's name. */
export function fetchTarget(
  input: unknown,
  init: RequestInit | undefined,
  requests: RequestClass,
): FetchTarget {
  const { Request, slotOf } = requests;
  if (!(input instanceof Request)) {
    const text = boundedText(toUSVString(input), "fetch");
    if (startsWith(text, SCHEME)) return backendTarget(text, init, requests);
  }
  const request = input instanceof Request && init === undefined ? input : new Request(input, init);
  const url = slotOf(request) === 0 ? withoutHash(request.url) : undefined;
  return { request, url, backend: undefined };
}

/** `backend:NAME`, with a path and query of its own, or with those of the request given. */
function backendTarget(
  text: string,
  init: RequestInit | undefined,
  { Request, slotOf }: RequestClass,
): FetchTarget {
  const nameEnd = endOfName(text);
  const backend = slice(text, SCHEME.length, nameEnd);
  const path = withoutHash(slice(text, nameEnd));
  if (backend === "") {
    throw new TypeError(`fetch("${text}"): a backend's name must follow, as in "backend:app"`);
  }
  const given = init instanceof Request ? init : undefined;
  if (given !== undefined && slotOf(given) !== 0) {
    // A part of its exchange: so the backend is told of the client by the proxy, not by what the client says.
    return { request: path === "" ? given : new Request(path, given), url: undefined, backend };
  }
  if (given !== undefined && path === "") {
    return { request: given, url: SCHEME + backend + pathOf(given.url), backend: undefined };
  }
  // The host's parser makes of the path what it would be in any URL.
  const url = `http://backend.invalid${path[0] === "/" ? "" : "/"}${path}`;
  const request = new Request(url, init);
  return { request, url: SCHEME + backend + pathOf(request.url), backend: undefined };
}

function endOfName(text: string): number {
  let at = SCHEME.length;
  while (at < text.length && text[at] !== "/" && text[at] !== "?" && text[at] !== "#") at++;
  return at;
}

/** Path and query of an absolute URL. */
function pathOf(url: string): string {
  return withoutHash(slice(url, indexOf(url, "/", indexOf(url, "://") + 3)));
}

function withoutHash(url: string): string {
  const hash = indexOf(url, "#");
  return hash === -1 ? url : slice(url, 0, hash);
}
