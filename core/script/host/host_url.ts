import type { URLPart, UrlHostCalls } from "../../runtime/host/url_host_calls.ts";

/** Characters of a URL a script may have parsed; the result can be three times as long. */
const URL_LIMIT = 1024 * 1024;

/**
 * The host's side of the guest's URL class. The arguments come from a script and are checked here, whatever
 * the guest's code does: nothing but strings goes in and nothing but a string or undefined comes out.
 */
export const hostUrl: UrlHostCalls = {
  parseUrl(url, base) {
    if (!isShort(url) || (base !== undefined && !isShort(base))) return undefined;
    return URL.parse(url, base)?.href;
  },

  setUrlPart(href, part, value) {
    const url = isShort(href) && isShort(value) && isPart(part) ? URL.parse(href) : null;
    if (url === null) return href;
    url[part] = value;
    return url.href;
  },
};

const PARTS: ReadonlySet<unknown> = new Set<URLPart>([
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
]);

function isPart(part: unknown): part is URLPart {
  return PARTS.has(part);
}

function isShort(text: unknown): text is string {
  return typeof text === "string" && text.length <= URL_LIMIT;
}
