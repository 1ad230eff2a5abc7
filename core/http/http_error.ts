/**
 * A failure that becomes a response.
 *
 * Made where the fact is known, turned into a response in one place (`exchange/failure/error_reply.ts`). The
 * message is for the log: it names what was attempted, the rule and the value received. A client only ever
 * sees `status` and its standard page.
 */
export class HttpError extends Error {
  /** Stable, machine-readable name of the failure, such as `head_too_large` or `backend_refused`. */
  readonly code: string;
  /** Status of the response this failure becomes: 400 to 599. */
  readonly status: number;
  /** Seconds after which it is worth asking again; for 503. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, cause?: unknown, retryAfter?: number) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HttpError";
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
