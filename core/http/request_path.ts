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
const SLASHES = /\/{2,}/g;
/** Encoded control characters (RFC 20) and DEL. */
const ENCODED_CONTROL = /%(?:[01][0-9A-F]|7F)/;
const ENCODED_OCTET_BEYOND_ASCII = /%[89A-F]/;
/**
 * What becomes a dot segment to whoever decodes `%2F` or `%5C`, or cuts off what follows a semicolon, before looking
 * for them.
 */
const HIDDEN_DOT_SEGMENT = /(?:\/|%2F|%5C)\.{1,2}(?:%2F|%5C|%3B|;)|(?:%2F|%5C)\.{1,2}(?:\/|$)/;

/**
 * Canonical form of a path as received, by the table in docs/paths.md: rooted, unreserved characters decoded and hex
 * digits in upper case (RFC 3986 section 6.2.2), several slashes made one, without dot segments (section 5.2.4).
 * Throws 400 for what isn't a path, and for what two programs could read as two paths: dot segments above the root
 * or behind encoded separators, encoded control characters, octets that are not UTF-8.
 */
export function normalizePath(raw: string): string {
  if (raw === "/") return raw;
  if (raw.charCodeAt(0) !== 0x2f) throw refused(raw, "does not begin with a slash");
  const path = PLAIN.test(raw) ? raw : decoded(raw);
  const single = path.includes("//") ? path.replace(SLASHES, "/") : path;
  const canonical = single.includes("/.") ? removeDotSegments(single) : single;
  // Nothing is hidden where nothing is encoded and no semicolon stands.
  if ((canonical.includes("%") || canonical.includes(";")) && HIDDEN_DOT_SEGMENT.test(canonical)) {
    throw refused(raw, "has a dot segment that not everybody sees");
  }
  return canonical;
}

function decoded(raw: string): string {
  if (!PLAIN_OR_ENCODED.test(raw)) {
    throw refused(raw, "has a character or percent-encoding not allowed there");
  }
  const path = raw.replace(ENCODED, decodeUnreserved);
  if (ENCODED_CONTROL.test(path)) throw refused(raw, "has an encoded control character");
  if (ENCODED_OCTET_BEYOND_ASCII.test(path) && !isUtf8(path)) throw refused(raw, "is not UTF-8");
  return path;
}

function decodeUnreserved(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return UNRESERVED.test(character) ? character : encoded.toUpperCase();
}

/** Refuses overlong forms, surrogates and what is above U+10FFFF as well. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
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
