import { type BodyFraming, CHUNKED, isBodiless, parseContentLength, UNTIL_CLOSE } from "./body_framing.ts";
import { isPersistent } from "./connection_options.ts";
import { excerpt, type FaultKind, type HeadFields, readHeadFields } from "./head_fields.ts";
import { isFieldValue } from "./head_grammar.ts";
import { HeaderList } from "./header_list.ts";
import { HttpError } from "./http_error.ts";
import type { HeadLimits } from "./parse_request_head.ts";

export interface ParsedResponse {
  readonly status: number;
  /** As received, hop-by-hop and framing fields included. */
  readonly headers: HeaderList;
  readonly minorVersion: 0 | 1;
  readonly framing: BodyFraming;
  /** The Connection field. */
  readonly connection: string | undefined;
  /** Whether the connection may be used again after the body. */
  readonly persistent: boolean;
  /** Content-Length when it declares the length of a body that isn't sent: after HEAD and in 304. */
  readonly declaredLength: number | undefined;
}

const RESPONSE: FaultKind = {
  status: 502,
  code: "backend_malformed_response",
  tooLarge: 502,
  refusesAmbiguous: false,
};

/**
 * Reads a response head (RFC 9112 sections 4 to 6), from the status line to the empty line, as strictly as
 * requests are read. `text` is Latin-1. Interim responses (100 to 199) have no body; going on to the final one
 * is the caller's. Throws `HttpError` 502 `backend_malformed_response`.
 */
export function parseResponseHead(text: string, requestMethod: string, limits: HeadLimits): ParsedResponse {
  const lineEnd = text.indexOf("\r\n");
  if (text.length > limits.head || lineEnd > limits.requestLine) {
    const isWhole = text.length > limits.head;
    const limit = isWhole
      ? `http.head (${limits.head} bytes)`
      : `http.requestLine (${limits.requestLine} bytes)`;
    throw malformed(`over ${limit}`);
  }
  const minor = text.charCodeAt(7);
  const status = parseStatus(text);
  const isLine = text.startsWith("HTTP/1.") && (minor === 0x30 || minor === 0x31) && status !== undefined;
  if (!isLine || lineEnd < 12 || !isFieldValue(text.slice(12, lineEnd))) {
    throw malformed(`not a status line: ${excerpt(text.slice(0, Math.max(lineEnd, 0)))}`);
  }
  const minorVersion = minor === 0x31 ? 1 : 0;
  const fields = readHeadFields(text, lineEnd + 2, limits.fields, RESPONSE);
  const length = readContentLength(fields);
  checkTransferEncoding(fields, minorVersion);
  const framing = responseFraming(fields, length, status, requestMethod);
  return {
    status,
    headers: HeaderList.fromText(text.slice(lineEnd + 2, fields.end), fields.marks),
    connection: fields.connection,
    minorVersion,
    framing,
    persistent: isPersistent(minorVersion, fields.connection) && isReusable(fields, framing, length, status),
    declaredLength: status === 304 || (requestMethod === "HEAD" && status !== 204) ? length : undefined,
  };
}

/** The three digits after the version. The space after them may be missing together with the reason. */
function parseStatus(text: string): number | undefined {
  const after = text.charCodeAt(12);
  if (text.charCodeAt(8) !== 0x20 || (after !== 0x20 && after !== 0x0d)) return undefined;
  const hundreds = text.charCodeAt(9) - 0x30;
  const tens = text.charCodeAt(10) - 0x30;
  const ones = text.charCodeAt(11) - 0x30;
  if (!(hundreds >= 1 && hundreds <= 5 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) return undefined;
  return hundreds * 100 + tens * 10 + ones;
}

function readContentLength(fields: HeadFields): number | undefined {
  if (fields.contentLength === undefined) return undefined;
  const length = parseContentLength(fields.contentLength);
  if (length === undefined) throw malformed(`not a Content-Length: ${excerpt(fields.contentLength)}`);
  return length;
}

function checkTransferEncoding(fields: HeadFields, minorVersion: 0 | 1): void {
  const { transferEncoding } = fields;
  if (transferEncoding === undefined) return;
  if (fields.contentLength !== undefined) throw malformed("Transfer-Encoding with Content-Length");
  if (minorVersion === 0) throw malformed("Transfer-Encoding in HTTP/1.0");
  if (transferEncoding.toLowerCase() !== "chunked") {
    throw malformed(`transfer coding ${excerpt(transferEncoding)}`);
  }
}

/** RFC 9112 section 6.3. */
function responseFraming(
  fields: HeadFields,
  length: number | undefined,
  status: number,
  requestMethod: string,
): BodyFraming {
  if (isBodiless(status, requestMethod)) return 0;
  if (fields.transferEncoding !== undefined) return CHUNKED;
  return length ?? UNTIL_CLOSE;
}

/**
 * A 1xx or 204 that announces a body all the same may be followed by one: such a connection isn't used again
 * (RFC 9110 section 8.6, RFC 9112 section 6.1 forbid the fields there).
 */
function isReusable(
  fields: HeadFields,
  framing: BodyFraming,
  length: number | undefined,
  status: number,
): boolean {
  if (framing === UNTIL_CLOSE) return false;
  const announcesNone = fields.transferEncoding === undefined && (length ?? 0) === 0;
  return announcesNone || (status >= 200 && status !== 204);
}

function malformed(why: string): HttpError {
  return new HttpError(RESPONSE.status, RESPONSE.code, `reading a response head: ${why}`);
}
