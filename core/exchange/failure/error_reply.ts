import { HttpError } from "../../http/http_error.ts";
import { standardPage } from "../../http/standard_page.ts";
import type { Reply } from "../reply.ts";
import { failureBody } from "./failure_body.ts";
import type { FailureDetails } from "./failure_details.ts";

/**
 * The one place where a failure becomes a response: its status and the standard page, nothing else. Only where the
 * configuration says `dev` there are details, and the page tells them.
 */
export function errorReply(error: HttpError, details?: FailureDetails): Reply {
  const page = details === undefined ? standardPage(error.status) : failureBody(details);
  if (error.status === 503) page.headers.set("Retry-After", String(error.retryAfter ?? 1));
  return { status: error.status, headers: page.headers, body: page.body, by: "proxy" };
}

/** What was caught, as an error that has a status; a mistake of the proxy itself is a 500. */
export function asHttpError(caught: unknown): HttpError {
  if (caught instanceof HttpError) return caught;
  const message = caught instanceof Error ? caught.message : String(caught);
  return new HttpError(500, "internal", `handling a request: ${message}`, caught);
}
