import { excerpt } from "../../http/head_fields.ts";
import { fieldValue, isFieldValue, isTarget, isToken } from "../../http/head_grammar.ts";
import { HttpError } from "../../http/http_error.ts";
import { type HeadLimits, parseRequestHead } from "../../http/parse_request_head.ts";
import { refusedLine } from "../../http/refused_line.ts";
import type { RequestHead } from "../../http/request_head.ts";

/** A request of HTTP/2 after the grammar has accepted it. */
export interface Http2Request {
  readonly head: RequestHead;
  /** Content-Length, undefined when only the end will tell. */
  readonly length: number | undefined;
  /** Whether the client waits for `100 Continue` before it sends the body. */
  readonly expectContinue: boolean;
}

/** Code of what RFC 9113 calls malformed (section 8.1.1): the stream is reset, there is no answer. */
export const PROTOCOL_FAULT = "protocol_error";

/** Pseudo fields, and what else is not passed on as it came. */
interface Fields {
  method?: string;
  scheme?: string;
  authority?: string;
  path?: string;
  host?: string;
  cookie?: string;
  hasExpect: boolean;
  /** Lines of all the others. */
  lines: string;
}

/**
 * Reads the fields of a HEADERS frame, name and value in turns (RFC 9113 section 8.3). They are written as a head of HTTP/1.1 and
 * read like one, so that both have one grammar and one set of limits. `hasBody` is whether more than the head will
 * come. Throws `HttpError` like `parseRequestHead`, with the code `PROTOCOL_FAULT` for what HTTP/2 itself forbids.
 */
export function readHttp2Head(raw: readonly string[], limits: HeadLimits, hasBody: boolean): Http2Request {
  const fields = readFields(raw);
  const { head, framing } = parseRequestHead(headText(fields), limits);
  if (!hasBody && framing > 0) throw malformed(`content-length ${framing} without a body`);
  if (hasBody && head.method === "TRACE") {
    throw new HttpError(400, "malformed_request", "reading a request head: TRACE with a body");
  }
  const isSized = framing > 0 || !hasBody || head.headers.has("content-length");
  return { head, length: isSized ? framing : undefined, expectContinue: fields.hasExpect && hasBody };
}

/** What the log may tell of a request that was refused: method and path, "" where the grammar accepts none. */
export function refusedHttp2Head(raw: readonly string[]): { readonly method: string; readonly path: string } {
  let method = "";
  let path = "";
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i] === ":method") method = raw[i + 1]!;
    if (raw[i] === ":path") path = raw[i + 1]!;
  }
  return refusedLine(`${method} ${path} HTTP/1.1\r\n`);
}

function readFields(raw: readonly string[]): Fields {
  const fields: Fields = { hasExpect: false, lines: "" };
  let isBehindPseudo = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    const value = raw[i + 1]!;
    if (name.startsWith(":")) {
      if (isBehindPseudo) throw malformed(`${excerpt(name)} behind other fields`);
      notePseudo(fields, name, value);
    } else {
      isBehindPseudo = true;
      checkField(name, value);
      noteField(fields, name, value);
    }
  }
  return fields;
}

/** RFC 9113 section 8.3.1: each at most once, and no other. */
function notePseudo(fields: Fields, name: string, value: string): void {
  if (name !== ":method" && name !== ":scheme" && name !== ":authority" && name !== ":path") {
    throw malformed(`pseudo field ${excerpt(name)}`);
  }
  const key = name.slice(1) as "method" | "scheme" | "authority" | "path";
  if (fields[key] !== undefined) throw malformed(`${name} more than once`);
  fields[key] = value;
}

/** RFC 9113 section 8.2.1: a token without upper case, a value without white space around it. */
function checkField(name: string, value: string): void {
  if (!isToken(name) || name !== name.toLowerCase()) throw malformed(`field name ${excerpt(name)}`);
  if (!isFieldValue(value) || fieldValue(value, 0, value.length).length !== value.length) {
    throw malformed(`value of ${name}: ${excerpt(value)}`);
  }
}

function noteField(fields: Fields, name: string, value: string): void {
  switch (name) {
    case "host":
      if (fields.host !== undefined) throw malformed("host more than once");
      fields.host = value;
      return;
    // Crumbs are one cookie (RFC 9113 section 8.2.3).
    case "cookie":
      fields.cookie = fields.cookie === undefined ? value : `${fields.cookie}; ${value}`;
      return;
    case "expect":
      fields.hasExpect = true;
      break;
    case "te":
      if (value.toLowerCase() !== "trailers") throw malformed(`te ${excerpt(value)}`);
      break;
    // RFC 9113 section 8.2.2
    case "connection":
    case "keep-alive":
    case "proxy-connection":
    case "transfer-encoding":
    case "upgrade":
      throw malformed(`the field ${name}`);
  }
  fields.lines += `${name}: ${value}\r\n`;
}

/** The same request in HTTP/1.1. What stands in the request line is checked first, for it could end that line. */
function headText(fields: Fields): string {
  const { method, scheme, path, host, cookie } = fields;
  if (method === undefined || !isToken(method)) throw malformed(`:method ${said(method)}`);
  if (method === "CONNECT") {
    throw new HttpError(501, "method_not_implemented", "reading a request: CONNECT is not offered");
  }
  if (scheme !== "http" && scheme !== "https") throw malformed(`:scheme ${said(scheme)}`);
  if (path === undefined || path === "" || !isTarget(path)) throw malformed(`:path ${said(path)}`);
  if (!path.startsWith("/") && path !== "*") throw malformed(`:path ${said(path)}`);
  const authority = fields.authority ?? host;
  if (authority === undefined) throw refused("neither :authority nor host");
  if (!isFieldValue(authority)) throw malformed(`:authority ${said(authority)}`);
  if (host !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
    throw refused(`:authority and host differ: ${excerpt(authority)} and ${excerpt(host)}`);
  }
  const cookieLine = cookie === undefined ? "" : `cookie: ${cookie}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: ${authority}\r\n${fields.lines}${cookieLine}\r\n`;
}

function malformed(what: string): HttpError {
  return new HttpError(400, PROTOCOL_FAULT, `reading a request of HTTP/2: ${what}`);
}

function refused(what: string): HttpError {
  return new HttpError(400, "malformed_request", `reading a request of HTTP/2: ${what}`);
}

function said(value: string | undefined): string {
  return value === undefined ? "is missing" : excerpt(value);
}
