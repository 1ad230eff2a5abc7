import { boundedText } from "../language/bounded_text.ts";
import { toUpperCase } from "../language/primordials.ts";
import { toByteString } from "../language/web_idl.ts";

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NORMALIZED = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]);
const FORBIDDEN = new Set(["CONNECT", "TRACE", "TRACK"]);

/** The method a script gave, normalised as the Fetch standard says (section 2.2.1). Throws a TypeError. */
export function toMethod(value: unknown): string {
  const method = boundedText(toByteString(value), "request.method");
  if (!METHOD.test(method)) {
    throw new TypeError(`new Request: "${method}" is not a method (a token of RFC 9110 section 5.6.2)`);
  }
  const upper = toUpperCase(method);
  if (FORBIDDEN.has(upper)) {
    throw new TypeError(`new Request: the method "${method}" is not one that a script may send`);
  }
  return NORMALIZED.has(upper) ? upper : method;
}
