/**
 * How the end of a body is found (RFC 9112 section 6.3): zero and above is the Content-Length, 0 meaning no
 * body; below are `CHUNKED` and `UNTIL_CLOSE`.
 */
export type BodyFraming = number;

/** `Transfer-Encoding: chunked`. */
export const CHUNKED: BodyFraming = -1;
/** Ended by the end of the connection; only responses. */
export const UNTIL_CLOSE: BodyFraming = -2;

/**
 * Content-Length as a number, or undefined when it isn't one run of digits. A list of equal values is refused
 * too, although RFC 9110 section 8.6 would allow to repair it. Fifteen digits stay exact in a double.
 */
export function parseContentLength(value: string): number | undefined {
  return /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined;
}

/** Whether a response of that status to that method never has a body (RFC 9112 section 6.3, rule 1). */
export function isBodiless(status: number, requestMethod: string): boolean {
  return status === 204 || status === 304 || status < 200 || requestMethod === "HEAD";
}
