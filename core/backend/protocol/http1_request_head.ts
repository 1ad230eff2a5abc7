import { FRAMING, INVALID } from "../../http/field_marks.ts";
import { isFieldValue, isToken } from "../../http/head_grammar.ts";
import { HttpError } from "../../http/http_error.ts";
import type { BackendRequest } from "../backend.ts";

/**
 * Visible US-ASCII and the upper half of Latin-1. Anything above would lose its upper byte on the wire, and
 * U+010A become a line feed.
 */
const TARGET = /^[!-~\x80-\xff]+$/;
/** Framing is made here, and nowhere else: a second opinion on it would be request smuggling. */
const NOT_OURS = INVALID | FRAMING;

/**
 * The head of a request with the framing its body asks for (RFC 9112 section 6.3), in Latin-1.
 *
 * The caller has validated the fields; this refuses with 500 what would let one request become two.
 */
export function http1RequestHead(request: BackendRequest): string {
  const fields = request.headers.toText();
  if (!isToken(request.method)) throw invalid("method", request.method);
  if (!TARGET.test(request.target)) throw invalid("target", request.target);
  if ((request.headers.marks & NOT_OURS) !== 0) throw invalid("header fields", fields);
  const upgrade = request.upgrade === undefined ? "" : offer(request.upgrade);
  return `${request.method} ${request.target} HTTP/1.1\r\n${fields}${upgrade}${framing(request)}\r\n`;
}

function offer(upgrade: string): string {
  if (!isFieldValue(upgrade)) throw invalid("offer to upgrade", upgrade);
  return `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
}

function framing(request: BackendRequest): string {
  const body = request.body;
  if (body !== undefined) {
    return body.length === undefined
      ? "Transfer-Encoding: chunked\r\n"
      : `Content-Length: ${body.length}\r\n`;
  }
  // RFC 9110 section 8.6: methods that anticipate content say that there is none.
  switch (request.method) {
    case "POST":
    case "PUT":
    case "PATCH":
      return "Content-Length: 0\r\n";
    default:
      return "";
  }
}

function invalid(part: string, value: string): HttpError {
  return new HttpError(
    500,
    "invalid_backend_request",
    `request to a backend has a ${part} that HTTP/1 cannot carry: ${JSON.stringify(value.slice(0, 200))}`,
  );
}
