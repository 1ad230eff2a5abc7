import { type BodyFraming, CHUNKED, parseContentLength } from "./body_framing.ts";
import { connectionOptions, isPersistent, namesNothing } from "./connection_options.ts";
import { excerpt, type FaultKind, type HeadFields, readHeadFields } from "./head_fields.ts";
import { isToken } from "./head_grammar.ts";
import { HttpError } from "./http_error.ts";
import { parseAuthority } from "./request_authority.ts";
import { RequestHead } from "./request_head.ts";
import { parseRequestTarget, type RequestTarget } from "./request_target.ts";

/** Sizes a head may have; heads from clients and from backends alike. */
export interface HeadLimits {
  /** Bytes of the request line, or of the status line. */
  readonly requestLine: number;
  /** Bytes of the whole head. */
  readonly head: number;
  /** Number of field lines. */
  readonly fields: number;
}

export interface ParsedRequest {
  readonly head: RequestHead;
  readonly framing: BodyFraming;
  /** Whether the client means to use the connection further. */
  readonly persistent: boolean;
  /** Whether the client waits for `100 Continue` before it sends the body. */
  readonly expectContinue: boolean;
  /** The Connection field. */
  readonly connection: string | undefined;
  /** Whether its target is that of an https resource, in absolute-form: only for clients that speak TLS. */
  readonly isHttps: boolean;
  /** The field lines and the empty line as received; undefined when what they say depends on the request line. */
  readonly lines: string | undefined;
}

const REQUEST: FaultKind = { status: 400, code: "malformed_request", tooLarge: 431, refusesAmbiguous: true };

const STANDARD_METHODS = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "CONNECT",
]);

/**
 * Reads a request head (RFC 9112 sections 2 to 6), from the request line to the empty line. `text` is Latin-1;
 * one empty line before the request line is tolerated (section 2.2). Throws `HttpError` 400, 414, 417, 431,
 * 501 or 505; everything that two parsers could read differently is refused.
 *
 * `former` is a request that the same limits have let pass: on one connection the fields mostly stay as they are, and the same
 * lines say the same again.
 */
export function parseRequestHead(text: string, limits: HeadLimits, former?: ParsedRequest): ParsedRequest {
  const start = text.startsWith("\r\n") ? 2 : 0;
  const lineEnd = text.indexOf("\r\n", start);
  checkSize(text, lineEnd - start, limits);
  const methodEnd = text.indexOf(" ", start);
  const method = methodEnd === start + 3 ? shortMethod(text, start) : text.slice(start, methodEnd);
  if (method !== "GET" && (methodEnd < 0 || !isToken(method) || isMisspelt(method))) {
    throw malformedLine(text, start);
  }
  if (method === "CONNECT") {
    throw new HttpError(501, "method_not_implemented", "reading a request line: CONNECT is not offered");
  }
  const targetEnd = text.indexOf(" ", methodEnd + 1);
  if (targetEnd < 0 || targetEnd > lineEnd) throw malformedLine(text, start);
  const minorVersion = parseVersion(text, targetEnd + 1, lineEnd);
  const target = parseRequestTarget(method, text, methodEnd + 1, targetEnd);
  const lines = text.slice(lineEnd + 2);
  const dependsOnLine = target.authority !== undefined || method === "TRACE";
  if (former?.lines === lines && !dependsOnLine && former.head.minorVersion === minorVersion) {
    return {
      ...former,
      head: former.head.withLine(method, target.path, target.query),
      isHttps: target.isHttps,
    };
  }
  const fields = readHeadFields(text, lineEnd + 2, limits.fields, REQUEST);
  const framing = requestFraming(fields, minorVersion);
  if (framing !== 0 && method === "TRACE") {
    throw new HttpError(400, REQUEST.code, "reading a request head: TRACE with a body");
  }
  const received = text.slice(lineEnd + 2, fields.end);
  const passed = passedOn(received, fields);
  const head = new RequestHead({
    method,
    path: target.path,
    query: target.query,
    minorVersion,
    host: requestHost(fields, minorVersion, target),
    authority: fields.host ?? target.authority ?? "",
    fields: passed,
    marks: passed === received ? fields.marks : undefined,
    trace: fields.trace,
    tells: fields.tells,
  });
  const { connection } = fields;
  return {
    head,
    framing,
    persistent: isPersistent(minorVersion, connection),
    expectContinue: expectsContinue(fields, minorVersion, framing),
    connection,
    isHttps: target.isHttps,
    lines: dependsOnLine ? undefined : lines,
  };
}

/** What is for this proxy alone goes no further, wanted here or not. */
function passedOn(lines: string, fields: HeadFields): string {
  const own = fields.trace === undefined ? lines : lines.replace(/^lodestone-trace:[^\n]*\n/gim, "");
  return fields.connection === undefined ? own : withoutNamed(own, fields.connection);
}

/**
 * Takes off the fields that Connection names (RFC 9110 section 7.6.1), before anybody has seen them: later it would be a
 * way for clients to take off what a script has put there. Host stays, for a request without would go astray, and so do
 * the fields that say how the message is framed and what becomes of its connection.
 */
function withoutNamed(lines: string, connection: string): string {
  if (namesNothing(connection)) return lines;
  const named = connectionOptions(connection);
  for (const name of KEPT) named.delete(name);
  return lines.replace(FIELD_LINE, (line, name: string) => (named.has(name.toLowerCase()) ? "" : line));
}

const FIELD_LINE = /([^:\n]*):[^\n]*\n/g;
const KEPT = ["host", "connection", "content-length", "transfer-encoding", "upgrade", "expect"];

/** Also catches what the head reader hands over unfinished because it is too long. */
function checkSize(text: string, lineLength: number, limits: HeadLimits): void {
  if (lineLength > limits.requestLine || (lineLength < 0 && text.length > limits.requestLine)) {
    throw new HttpError(
      414,
      "target_too_long",
      `reading a request line: over http.requestLine (${limits.requestLine} bytes)`,
    );
  }
  if (text.length > limits.head) {
    throw new HttpError(
      431,
      "head_too_large",
      `reading a request head: over http.head (${limits.head} bytes)`,
    );
  }
  if (lineLength < 0) throw malformedLine(text, 0);
}

/** The constants spare the copy and compare by address later. */
function shortMethod(text: string, start: number): string {
  if (text.startsWith("GET", start)) return "GET";
  return text.startsWith("PUT", start) ? "PUT" : text.slice(start, start + 3);
}

/**
 * A standard method in letters of another case. Methods are compared with case (RFC 9110 section 9.1), so it is an
 * unknown one; who compares without takes it for what a script did not see.
 */
function isMisspelt(method: string): boolean {
  const upper = method.toUpperCase();
  return upper !== method && STANDARD_METHODS.has(upper);
}

function parseVersion(text: string, start: number, end: number): 0 | 1 {
  if (end - start === 8 && text.startsWith("HTTP/1.", start)) {
    const minor = text.charCodeAt(end - 1);
    if (minor === 0x31) return 1;
    if (minor === 0x30) return 0;
  }
  const version = text.slice(start, end);
  if (/^HTTP\/[0-9]\.[0-9]$/.test(version)) {
    throw new HttpError(505, "version_not_supported", `reading a request line: version ${version}`);
  }
  throw new HttpError(400, REQUEST.code, `reading a request line: not a version: ${excerpt(version)}`);
}

/** RFC 9112 section 3.2: one valid Host in HTTP/1.1, equal to the authority of an absolute-form. */
function requestHost(fields: HeadFields, minorVersion: 0 | 1, target: RequestTarget): string {
  const authority = fields.host ?? target.authority;
  if (fields.host === undefined && minorVersion === 1) {
    throw new HttpError(400, REQUEST.code, "reading a request head: HTTP/1.1 without Host");
  }
  if (authority === undefined) return "";
  const host = parseAuthority(authority);
  if (host === undefined) {
    throw new HttpError(400, REQUEST.code, `reading a request head: not a Host: ${excerpt(authority)}`);
  }
  if (target.authority !== undefined && target.authority.toLowerCase() !== authority.toLowerCase()) {
    const both = `${excerpt(authority)} and ${excerpt(target.authority)}`;
    throw new HttpError(400, REQUEST.code, `reading a request head: Host and target differ: ${both}`);
  }
  return host;
}

/** RFC 9112 section 6.3, rules 3 to 7, without the repairs it allows. */
function requestFraming(fields: HeadFields, minorVersion: 0 | 1): BodyFraming {
  const { transferEncoding, contentLength } = fields;
  if (transferEncoding !== undefined) {
    if (contentLength !== undefined || minorVersion === 0) {
      const why = minorVersion === 0 ? "in HTTP/1.0" : "with Content-Length";
      throw new HttpError(400, REQUEST.code, `reading a request head: Transfer-Encoding ${why}`);
    }
    if (transferEncoding.toLowerCase() === "chunked") return CHUNKED;
    const message = `reading a request head: transfer coding ${excerpt(transferEncoding)}`;
    throw new HttpError(501, "transfer_coding_not_implemented", message);
  }
  if (contentLength === undefined) return 0;
  const length = parseContentLength(contentLength);
  if (length !== undefined) return length;
  const message = `reading a request head: not a Content-Length: ${excerpt(contentLength)}`;
  throw new HttpError(400, REQUEST.code, message);
}

/** RFC 9110 section 10.1.1: ignored from HTTP/1.0; anything but `100-continue` may get 417. */
function expectsContinue(fields: HeadFields, minorVersion: 0 | 1, framing: BodyFraming): boolean {
  const { expect } = fields;
  if (expect === undefined || minorVersion === 0) return false;
  if (expect.toLowerCase() === "100-continue") return framing !== 0;
  throw new HttpError(417, "expectation_failed", `reading a request head: Expect ${excerpt(expect)}`);
}

function malformedLine(text: string, start: number): HttpError {
  const end = text.indexOf("\n", start);
  const line = text.slice(start, end < 0 ? text.length : end + 1);
  return new HttpError(400, REQUEST.code, `reading a request head: not a request line: ${excerpt(line)}`);
}
