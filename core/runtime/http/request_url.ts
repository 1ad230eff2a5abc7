import type { HostCalls } from "../host/host_calls.ts";
import { slice, startsWith } from "../language/primordials.ts";

/** A request's URL in the parts that a proxy works with. */
export interface RequestUrl {
  /** `http`, `https` or `backend`. */
  readonly scheme: string;
  /** Host, and port unless it is the scheme's own; or the backend's name. */
  readonly authority: string;
  readonly path: string;
  /** With its `?`, or empty. */
  readonly search: string;
  /** With its `#`, or empty. */
  readonly hash: string;
}

const PARTS = /^(https?):\/\/([^/?#@]*@)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?/s;

/** Names a backend instead of an origin: `backend:NAME/path?query`. */
const BACKEND = "backend:";

/** Takes an absolute URL apart, or one relative to `base`. Throws a TypeError. */
export function parseRequestUrl(
  host: Pick<HostCalls, "parseUrl">,
  url: string,
  base: string | undefined,
): RequestUrl {
  const backend = cutBackend(url);
  if (backend !== undefined) {
    if (backend.name === "") {
      throw new TypeError(`new Request("${shown(url)}"): a backend's name must follow, as in "backend:app"`);
    }
    // The host's parser makes of the path what it would be in any URL.
    const path = backend.rest[0] === "/" ? backend.rest : `/${backend.rest}`;
    const parsed = parseRequestUrl(host, `http://backend.invalid${path}`, undefined);
    return { ...parsed, scheme: "backend", authority: backend.name };
  }
  const href = host.parseUrl(url, base);
  const match = href === undefined ? null : PARTS.exec(href);
  if (match === null) {
    const rule =
      href === undefined && base === undefined
        ? "not an absolute URL; a path needs a request to be taken relative to, as in new Request(path, request)"
        : "not an http or https URL";
    throw new TypeError(`new Request("${shown(url)}"): ${rule}`);
  }
  if (match[2] !== undefined) {
    throw new TypeError(
      `new Request("${shown(url)}"): a URL must not hold a user name or password; set an Authorization header`,
    );
  }
  return {
    scheme: match[1]!,
    authority: match[3]!,
    path: match[4]!,
    search: match[5] ?? "",
    hash: match[6] ?? "",
  };
}

/** Name and rest of `backend:NAME...`; undefined for any other URL. */
export function cutBackend(url: string): { readonly name: string; readonly rest: string } | undefined {
  if (!startsWith(url, BACKEND)) return undefined;
  let end = BACKEND.length;
  while (end < url.length && url[end] !== "/" && url[end] !== "?" && url[end] !== "#") end++;
  return { name: slice(url, BACKEND.length, end), rest: slice(url, end) };
}

/** The URL as one text, with the path and query as they are now. */
export function formatRequestUrl(
  { scheme, authority, hash }: Pick<RequestUrl, "scheme" | "authority" | "hash">,
  path: string,
  search: string,
): string {
  return `${scheme}:${scheme === "backend" ? "" : "//"}${authority}${path}${search}${hash}`;
}

function shown(url: string): string {
  return url.length > 200 ? `${url.slice(0, 200)}...` : url;
}
