import { boundedText } from "../language/bounded_text.ts";
import { uriEncode } from "../language/primordials.ts";
import { toByteString } from "../language/web_idl.ts";

export interface ResponseInit {
  readonly status?: unknown;
  readonly statusText?: unknown;
  readonly headers?: unknown;
  readonly cache?: unknown;
}

/** RFC 9112 section 4. */
const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Throws a RangeError for what is no status of an answer. */
export function toStatus(value: unknown): number {
  const status = Number(value);
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new RangeError(`Response: status must be a whole number from 200 to 599; got ${String(value)}`);
}

/** "Null body status" of the Fetch standard. */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

export function toStatusText(value: unknown): string {
  const text = boundedText(toByteString(value), "Response: statusText");
  if (REASON_PHRASE.test(text)) return text;
  throw new TypeError(
    `Response: statusText must be a reason phrase (RFC 9112 section 4), without control characters; got ${JSON.stringify(text)}`,
  );
}

export function toRedirectStatus(value: unknown): number {
  const status = Number(value);
  if (status === 301 || status === 302 || status === 303 || status === 307 || status === 308) return status;
  throw new RangeError(`Response.redirect: status must be 301, 302, 303, 307 or 308; got ${String(value)}`);
}

/** Percent-encodes what a Location may not hold; what is encoded already stays. */
export function toLocation(value: unknown): string {
  const url = boundedText(String(value), "Response.redirect");
  return url.replace(/[^\x21-\x7e]+/g, (part) => uriEncode(part.toWellFormed()));
}
