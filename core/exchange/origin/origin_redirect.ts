import type { BackendResponse } from "../../backend/backend.ts";
import { HttpError } from "../../http/http_error.ts";
import { nameOf, type OriginHop } from "./origin_request.ts";

/** Redirects of one fetch (Fetch standard, HTTP-redirect fetch). */
export const MOST_REDIRECTS = 20;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Fields that tell of a body. */
const BODY_FIELDS = new Set(["content-encoding", "content-language", "content-location", "content-type"]);
/** Fields for the origin they were made for alone. */
const CREDENTIALS = new Set(["authorization", "cookie"]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * The request that a redirect asks for (Fetch standard, 4.4), undefined when it names no place to go to: then it
 * is a response like any other. Throws `HttpError` 502.
 */
export function redirectedHop(hop: OriginHop, { status, headers }: BackendResponse): OriginHop | undefined {
  const [location, another] = headers.getAll("location");
  if (location === undefined) return undefined;
  const url = locationUrl(hop, another === undefined ? location : undefined);
  // As the standard has it even where the body would not be needed any more.
  if (status !== 303 && hop.body !== undefined && !(hop.body instanceof Uint8Array)) {
    throw refused(hop, "redirect_needs_body", `with ${status}, but its body is a stream and gone`);
  }
  const dropsBody =
    status === 303 ? hop.method !== "GET" && hop.method !== "HEAD" : status < 303 && hop.method === "POST";
  const leavesOrigin = url.origin !== hop.url.origin;
  const fields = hop.headers.clone();
  fields.deleteWhere(
    (name) => (dropsBody && BODY_FIELDS.has(name)) || (leavesOrigin && CREDENTIALS.has(name)),
  );
  return {
    url,
    method: dropsBody ? "GET" : hop.method,
    headers: fields,
    body: dropsBody ? undefined : hop.body,
  };
}

/** What a redirect must not do. `how` goes on the sentence "fetch(...) was redirected". */
export function refused(hop: OriginHop, code: string, how: string): HttpError {
  return new HttpError(502, code, `${nameOf(hop.url)} was redirected ${how}`);
}

function locationUrl(hop: OriginHop, location: string | undefined): URL {
  if (location === undefined) throw refused(hop, "redirect_malformed", "to several places at once");
  // Field values are bytes; the ones of a URL that is not ASCII are UTF-8.
  const text = Buffer.from(location, "latin1").toString();
  const url = URL.parse(text, hop.url.href);
  if (url === null) {
    throw refused(hop, "redirect_malformed", `to what is no URL: ${JSON.stringify(text.slice(0, 200))}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refused(hop, "redirect_refused", `to a URL of the scheme ${JSON.stringify(url.protocol)}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw refused(hop, "redirect_refused", "to a URL with user or password");
  }
  return url;
}
