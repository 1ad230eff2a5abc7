import type { ResponseBody } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import { type BodyPart, type Piece, slicePieces, toPieces, totalLength } from "./body_part.ts";
import type { FileReads } from "./file_reads.ts";
import type { FileRequest, FileResponse } from "./file_response.ts";
import { answerFinished } from "./finished_answer.ts";
import { PartsBody } from "./parts_body.ts";
import type { Run } from "./ranges/byte_range.ts";

/**
 * Answers a request with several parts as one body. Ranges count from the start of the first part; conditional
 * requests look at the validators in `headers`. Other methods than GET and HEAD get the whole.
 *
 * Throws HttpError 500 for more than 1024 parts and for offsets or lengths that cannot be.
 *
 * @param headers what the script set; stays as it is
 * @param reads see `FileBody`
 * @param now milliseconds since 1970
 */
export function serveParts(
  request: FileRequest,
  headers: HeaderList,
  parts: readonly BodyPart[],
  reads?: FileReads,
  now?: number,
): FileResponse {
  const pieces = toPieces(parts);
  const size = totalLength(pieces);
  if (request.method !== "GET" && request.method !== "HEAD")
    return { status: 200, headers, body: join(pieces, reads) };
  const own = headers.clone();
  if (!own.has("accept-ranges")) own.append("Accept-Ranges", "bytes");
  const send = (runs: readonly Run[]) =>
    join(
      runs.flatMap((run) => (Buffer.isBuffer(run) ? run : slicePieces(pieces, run.start, run.length))),
      reads,
    );
  return answerFinished(request, own, { size, send }, now);
}

/** One run of bytes when it is all in memory, so that a lane can send it with the head. */
function join(pieces: readonly Piece[], reads: FileReads | undefined): ResponseBody {
  return pieces.every(Buffer.isBuffer) ? Buffer.concat(pieces) : new PartsBody(pieces, reads);
}
