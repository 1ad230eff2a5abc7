import { HttpError } from "../http/http_error.ts";
import { type HeadLimits, parseRequestHead } from "../http/parse_request_head.ts";
import type { RequestHead } from "../http/request_head.ts";

/** A URL taken apart without being repaired: the proxy shall see the path as it was given. */
export interface LocalTarget {
  readonly tls: boolean;
  /** Host and port; undefined for a URL that is only a path. */
  readonly authority: string | undefined;
  /** Path and query, as given but for what no request line can hold. */
  readonly target: string;
}

const ABSOLUTE = /^(https?):\/\/([^/?#]*)/i;

/**
 * Reads an `http` or `https` URL, or a path with its query. Spaces and characters outside ASCII are
 * percent-encoded, a fragment is left out, all else stays as it is. Undefined for anything else.
 */
export function readLocalTarget(url: string): LocalTarget | undefined {
  const absolute = ABSOLUTE.exec(url);
  const rest = (absolute === null ? url : url.slice(absolute[0].length)).replace(/#.*$/s, "");
  if (absolute === null && !rest.startsWith("/")) return undefined;
  if (absolute !== null && (absolute[2] === "" || absolute[2]!.includes("@"))) return undefined;
  const rooted = rest.startsWith("/") ? rest : `/${rest}`;
  return {
    tls: /^https:/i.test(url),
    authority: absolute?.[2],
    target: rooted.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent),
  };
}

/** A request as it would come over a connection. */
export interface LocalHead {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Bytes of the body; undefined for none. */
  readonly length: number | undefined;
}

/** The head as a listener would read it. Throws `HttpError` for what a listener would refuse. */
export function localHead(head: LocalHead, limits: HeadLimits): RequestHead {
  const { method, target, authority, fields, length } = head;
  const hasHost = fields.some(([name]) => name.toLowerCase() === "host");
  let text = `${method} ${target} HTTP/1.1\r\n`;
  if (!hasHost) text += `Host: ${authority}\r\n`;
  for (const [name, value] of fields) {
    // The text of a head is bytes: what is no Latin-1 goes as UTF-8.
    text += `${name}: ${/[^\0-\xff]/.test(value) ? Buffer.from(value).toString("latin1") : value}\r\n`;
    if (/[\r\n]/.test(name + value)) {
      throw new HttpError(400, "malformed_request", `reading a request head: a line break in field ${name}`);
    }
  }
  const given = fields.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  if (length !== undefined && !given) text += `Content-Length: ${length}\r\n`;
  return parseRequestHead(`${text}\r\n`, limits).head;
}
