import { createHmac, timingSafeEqual } from "node:crypto";

/** Seconds that a signature may be valid from now on; who has seen one can use it no longer. */
export const LONGEST_VALIDITY = 3600;

/** What a signature is for. */
export interface TracedRequest {
  readonly method: string;
  /** In lower case, without port. */
  readonly host: string;
  /** In canonical form, as in `RequestHead`. */
  readonly path: string;
  readonly query: string | undefined;
}

export type SignatureState = "right" | "malformed" | "expired" | "valid for too long" | "wrong";

const FORM = /^(\d{1,12})\.([A-Za-z0-9_-]{43})$/;

/**
 * The value of Lodestone-Trace: `EXPIRY.SIGNATURE`, seconds since 1970 and base64url of HMAC-SHA256 by the secret over
 * method, host, path with query, and expiry, parted by line breaks.
 */
export function signTrace(request: TracedRequest, secret: string, expiry: number): string {
  return `${expiry}.${signature(request, secret, String(expiry)).toString("base64url")}`;
}

/** Whether `value` asks for a trace of this request. `now`: seconds since 1970. */
export function checkTraceSignature(
  value: string,
  request: TracedRequest,
  secret: string,
  now: number,
): SignatureState {
  const [, expiry, signed] = FORM.exec(value) ?? [];
  if (expiry === undefined || signed === undefined) return "malformed";
  if (Number(expiry) <= now) return "expired";
  if (Number(expiry) > now + LONGEST_VALIDITY) return "valid for too long";
  return timingSafeEqual(Buffer.from(signed, "base64url"), signature(request, secret, expiry))
    ? "right"
    : "wrong";
}

function signature({ method, host, path, query }: TracedRequest, secret: string, expiry: string): Buffer {
  const target = query === undefined ? path : `${path}?${query}`;
  return createHmac("sha256", secret).update(`${method}\n${host}\n${target}\n${expiry}`).digest();
}
