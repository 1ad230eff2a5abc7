import type { BodySource } from "../../http/body.ts";
import { EXPECT, HOST, INVALID } from "../../http/field_marks.ts";
import { isToken } from "../../http/head_grammar.ts";
import { HeaderList } from "../../http/header_list.ts";
import { removeKnownHopByHop } from "../../http/hop_by_hop.ts";
import { HttpError } from "../../http/http_error.ts";

/** What becomes of a redirect: gone after, handed over as it is, or a failure. */
export type RedirectMode = "follow" | "manual" | "error";

/** A request for an origin as a script made it; nothing in it has been checked. */
export interface OriginRequest {
  /** Absolute. */
  readonly url: unknown;
  readonly method: unknown;
  /** Field lines. */
  readonly headers: unknown;
  /**
   * Belongs to the fetch from now on, whatever comes of it. Bytes can be sent again where a redirect leads to, a
   * source cannot.
   */
  readonly body: Uint8Array | BodySource | undefined;
  /** A `RedirectMode`. */
  readonly redirect: unknown;
}

/** One request on the way to one origin, checked. */
export interface OriginHop {
  readonly url: URL;
  readonly method: string;
  /** Without Host, hop-by-hop and framing fields. */
  readonly headers: HeaderList;
  readonly body: OriginRequest["body"];
}

/** A request that may be sent, and how it wants redirects. */
export interface CheckedRequest {
  readonly hop: OriginHop;
  readonly redirect: RedirectMode;
}

/** Characters of a URL; what is longer fits into no server's request line anyway. */
export const LONGEST_URL = 32_768;
/** Characters of all fields together. */
const LONGEST_HEADERS = 65_536;
const REDIRECT_MODES: readonly RedirectMode[] = ["follow", "manual", "error"];
/** Methods that the Fetch standard forbids (2.2.1). */
const FORBIDDEN_METHOD = /^(?:CONNECT|TRACE|TRACK)$/i;

/** Throws `HttpError` 500 `fetch_bad_request` for what cannot become a request. */
export function checkOriginRequest(request: OriginRequest): CheckedRequest {
  const { method, headers, redirect } = request;
  const url = checkedUrl(request.url);
  if (typeof method !== "string" || !isToken(method) || FORBIDDEN_METHOD.test(method)) {
    throw refused(url, "method", "a method other than CONNECT, TRACE and TRACK", method);
  }
  const fields =
    typeof headers === "string" && headers.length <= LONGEST_HEADERS
      ? HeaderList.fromText(headers)
      : undefined;
  if (fields === undefined || fields.marks === INVALID) {
    throw refused(url, "headers", `valid fields of at most ${LONGEST_HEADERS} characters`, headers);
  }
  const mode = REDIRECT_MODES.find((each) => each === redirect);
  if (mode === undefined) throw refused(url, "redirect", REDIRECT_MODES.join(", "), redirect);
  return { hop: { url, method, headers: outgoingFields(fields), body: request.body }, redirect: mode };
}

/** How messages name a fetch: without the query, which may hold secrets. */
export function nameOf(url: URL): string {
  return `fetch(${JSON.stringify(`${url.origin}${url.pathname}`.slice(0, 200))})`;
}

function checkedUrl(text: unknown): URL {
  const url = typeof text === "string" && text.length <= LONGEST_URL ? URL.parse(text) : null;
  if (url === null) throw invalidUrl(`an absolute URL of at most ${LONGEST_URL} characters`, text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw invalidUrl("a URL that begins with http:// or https://", url.protocol);
  }
  if (url.username !== "" || url.password !== "") {
    throw invalidUrl("a URL without user and password", `${url.origin}${url.pathname}`);
  }
  return url;
}

/**
 * The Host is the URL's alone, for another would reach past the origin that was allowed; nothing here waits for
 * `100 Continue`. Accept and User-Agent are there as the Fetch standard has it (4.5), Accept-Encoding is not: what
 * comes is not decoded.
 */
function outgoingFields(headers: HeaderList): HeaderList {
  removeKnownHopByHop(headers);
  headers.deleteMarked(HOST | EXPECT);
  if (!headers.has("accept")) headers.append("Accept", "*/*");
  if (!headers.has("user-agent")) headers.append("User-Agent", "Lodestone");
  return headers;
}

function invalidUrl(rule: string, value: unknown): HttpError {
  return new HttpError(500, "fetch_bad_request", `fetch: the URL must be ${rule}, got ${shown(value)}`);
}

function refused(url: URL, name: string, rule: string, value: unknown): HttpError {
  return new HttpError(
    500,
    "fetch_bad_request",
    `${nameOf(url)}: ${name} must be ${rule}, got ${shown(value)}`,
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 200)) : typeof value;
}
