import type { HostCalls } from "./host_calls.ts";

/** A request's URL in the parts that a proxy works with. */
export interface RequestUrl {
  /** `http` or `https`. */
  readonly scheme: string;
  /** Host, and port unless it is the scheme's own. */
  readonly authority: string;
  readonly path: string;
  /** With its `?`, or empty. */
  readonly search: string;
  /** With its `#`, or empty. */
  readonly hash: string;
}

const PARTS = /^(https?):\/\/([^/?#@]*@)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?/s;

/** Takes an absolute URL apart, or one relative to `base`. Throws a TypeError. */
export function parseRequestUrl(
  host: Pick<HostCalls, "parseUrl">,
  url: string,
  base: string | undefined,
): RequestUrl {
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

function shown(url: string): string {
  return url.length > 200 ? `${url.slice(0, 200)}...` : url;
}
