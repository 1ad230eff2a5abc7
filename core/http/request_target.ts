import { excerpt } from "./head_fields.ts";
import { isTarget } from "./head_grammar.ts";
import { HttpError } from "./http_error.ts";
import { normalizePath } from "./request_path.ts";

/** A request target taken apart. */
export interface RequestTarget {
  /** Canonical path, or `*`. */
  readonly path: string;
  /** Without its `?`, as received. */
  readonly query: string | undefined;
  /** Authority of an absolute-form, as received; undefined for the other forms. */
  readonly authority: string | undefined;
  /** Whether it is the absolute-form of an https resource. */
  readonly isHttps: boolean;
}

const ROOT: RequestTarget = { path: "/", query: undefined, authority: undefined, isHttps: false };
const ABSOLUTE = /^https?:\/\/([^/?]*)/i;

/**
 * Reads the request target between two indices (RFC 9112 section 3.2): origin-form, absolute-form with `http`
 * or `https`, and the asterisk with OPTIONS. Throws 400.
 */
export function parseRequestTarget(method: string, text: string, start: number, end: number): RequestTarget {
  if (end === start + 1 && text.charCodeAt(start) === 0x2f) return ROOT;
  const target = text.slice(start, end);
  if (!isTarget(target)) throw refused(target, "has a character not allowed");
  if (target.charCodeAt(0) === 0x2f) return splitQuery(target, undefined, false);
  if (target === "*" && method === "OPTIONS") return { ...ROOT, path: "*" };
  const absolute = ABSOLUTE.exec(target);
  if (absolute === null) throw refused(target, "is neither a path nor an http URL");
  const authority = absolute[1]!;
  const isHttps = target.charAt(4) !== ":";
  const rest = target.slice(absolute[0].length);
  // RFC 9112 section 3.2.4: an OPTIONS for a bare origin asks the server as a whole.
  if (rest === "") return { path: method === "OPTIONS" ? "*" : "/", query: undefined, authority, isHttps };
  return splitQuery(rest.startsWith("?") ? `/${rest}` : rest, authority, isHttps);
}

function splitQuery(target: string, authority: string | undefined, isHttps: boolean): RequestTarget {
  const mark = target.indexOf("?");
  if (mark < 0) return { path: normalizePath(target), query: undefined, authority, isHttps };
  return { path: normalizePath(target.slice(0, mark)), query: target.slice(mark + 1), authority, isHttps };
}

function refused(target: string, why: string): HttpError {
  return new HttpError(400, "malformed_request", `reading a request target: ${excerpt(target)} ${why}`);
}
