import { excerpt } from "./head_fields.ts";
import { HttpError } from "./http_error.ts";

/**
 * Characters that stand for themselves in a path: RFC 3986 pchar without `%`, the slash, and `[ ] ^ { | }` and
 * the backquote, which browsers send raw. Not the backslash, which some take for a slash.
 */
const PLAIN = /^[!$&'()*+,\-./0-9:;=@A-Z[\]^_`a-z{|}~]*$/;
const PLAIN_OR_ENCODED = /^(?:[!$&'()*+,\-./0-9:;=@A-Z[\]^_`a-z{|}~]|%[0-9A-Fa-f]{2})*$/;
const ENCODED = /%[0-9A-Fa-f]{2}/g;
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/**
 * Canonical form of a path as received: rooted, without dot segments (RFC 3986 section 5.2.4), unreserved
 * characters decoded, hex digits in upper case (section 6.2.2). Empty segments and `%2F` stay: they name
 * different resources. Throws 400 for what isn't a path, for `%00` and for dot segments above the root.
 */
export function normalizePath(raw: string): string {
  if (raw === "/") return raw;
  if (raw.charCodeAt(0) !== 0x2f) throw refused(raw, "does not begin with a slash");
  if (PLAIN.test(raw)) return raw.includes("/.") ? removeDotSegments(raw) : raw;
  if (!PLAIN_OR_ENCODED.test(raw))
    throw refused(raw, "has a character or percent-encoding not allowed there");
  const decoded = raw.replace(ENCODED, decodeUnreserved);
  if (decoded.includes("%00")) throw refused(raw, "has an encoded NUL");
  return decoded.includes("/.") ? removeDotSegments(decoded) : decoded;
}

function decodeUnreserved(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return UNRESERVED.test(character) ? character : encoded.toUpperCase();
}

function removeDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.slice(1).split("/");
  const last = segments.length - 1;
  for (const [index, segment] of segments.entries()) {
    if (segment === "..") {
      if (kept.pop() === undefined) throw refused(path, "leads above the root");
    } else if (segment !== ".") {
      kept.push(segment);
      continue;
    }
    // A trailing dot segment names a folder: the slash before it stays.
    if (index === last) kept.push("");
  }
  return `/${kept.join("/")}`;
}

function refused(path: string, why: string): HttpError {
  return new HttpError(400, "malformed_request", `reading a request path: ${excerpt(path)} ${why}`);
}
