import type { ParsedRequest } from "../../http/parse_request_head.ts";
import type { RequestBody } from "./request_body.ts";

/**
 * Whether another request may follow this one on its connection: its client means it so, and what is left of its body,
 * `drainBody` bytes at most, can be told from the next request.
 */
export function isFollowable(
  request: ParsedRequest,
  body: RequestBody | undefined,
  drainBody: number,
): boolean {
  if (!request.persistent) return false;
  if (body === undefined || body.isStarted) return true;
  // Without 100 Continue the client may send the body or the next request (RFC 9110 section 10.1.1).
  return !request.expectContinue && (body.remaining ?? 0) <= drainBody;
}
