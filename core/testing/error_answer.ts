import { errorReply } from "../exchange/failure/error_reply.ts";
import type { HttpError } from "../http/http_error.ts";
import type { LocalAnswer } from "./local_request.ts";

/** The page a client gets for a request that no site gets to see. */
export function errorAnswer(error: HttpError): LocalAnswer {
  const { status, headers, body } = errorReply(error);
  return { status, headers, body: Buffer.from(body as string) };
}
