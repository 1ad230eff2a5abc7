import type { HeaderList } from "../http/header_list.ts";
import type { FileRequest, FileResponse } from "./file_response.ts";
import { answerFinished } from "./finished_answer.ts";
import { hasConditions } from "./plan_response.ts";
import { joinRuns, type Run } from "./ranges/byte_range.ts";

/**
 * Applies conditional and range requests to a finished 200 whose body is at hand, as scripts answer. Other
 * methods than GET and HEAD, and requests that ask for nothing special, pass unchanged and cost next to nothing.
 *
 * @param headers what the script set; stays as it is
 * @param now milliseconds since 1970
 */
export function applyRange(
  request: FileRequest,
  headers: HeaderList,
  body: string | Uint8Array,
  now?: number,
): FileResponse {
  const { method } = request;
  if ((method !== "GET" && method !== "HEAD") || !hasConditions(request.headers)) {
    return { status: 200, headers, body };
  }
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const representation = {
    size: bytes.length,
    send: (runs: readonly Run[]) => joinRuns(bytes, runs),
  };
  return answerFinished(request, headers, representation, now);
}
