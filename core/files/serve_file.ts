import { HeaderList } from "../http/header_list.ts";
import { HttpError } from "../http/http_error.ts";
import { AS_IT_IS, type FileCoding } from "./coding/file_coding.ts";
import { FileAnswer } from "./file_answer.ts";
import type { FileContents } from "./file_contents.ts";
import type { FileReads } from "./file_reads.ts";
import type { FileRequest, FileResponse } from "./file_response.ts";
import type { FileSelection } from "./file_selection.ts";
import type { FileStat } from "./file_stat.ts";
import { OpenedFile, READ_AT_ONCE } from "./opened_file.ts";

/** What may be done with a file. */
const ALLOW = "Allow: GET, HEAD, OPTIONS\r\n";

/** The answer to methods that do nothing with files: 405, or what OPTIONS asks for. Undefined for GET and HEAD. */
export function refuseMethod(method: string): FileResponse | undefined {
  if (method === "GET" || method === "HEAD") return undefined;
  return { status: method === "OPTIONS" ? 204 : 405, headers: HeaderList.fromText(ALLOW), body: undefined };
}

/**
 * Answers a request with a file or a slice of it: 200, 206, 304, 405, 412 or 416, with conditional requests
 * and ranges. A slice is treated as the representation: ranges and lengths count from its start.
 *
 * The caller has checked that the site may read the file (`resolveFile`). What is sent always fits its head:
 * when the file is not what `stat` told, the answer is worked out anew from the file as opened. Throws
 * HttpError: 404 gone or no regular file, 403 not readable, 503 too many open files, 500 a slice that does not
 * fit.
 *
 * @param contents keeps small files, each as long as its `stat` is believed; without it every answer reads
 * @param now milliseconds since 1970
 * @param coding whether there are other forms of it
 */
export function serveFile(
  request: FileRequest,
  selection: FileSelection,
  stat: FileStat,
  contents?: FileContents,
  now: number = Date.now(),
  coding: FileCoding = AS_IT_IS,
): FileResponse {
  const refusal = refuseMethod(request.method);
  if (refusal !== undefined) return refusal;
  if (!stat.isFile) throw new HttpError(404, "file_irregular", `serve ${stat.path}: not a regular file`);
  const answer = new FileAnswer(request, selection, stat, now, coding);
  const response = answerVersion(answer, stat, contents);
  if (!(response instanceof OpenedFile)) return response;
  return answerAnew(request, selection, stat, response, now, coding, contents?.reads);
}

/**
 * The answer as it was worked out, with the bytes of the file it was worked out from; or the file, open, when that
 * is another one by now.
 */
export function answerVersion(
  answer: FileAnswer,
  stat: FileStat,
  contents: FileContents | undefined,
): FileResponse | OpenedFile {
  if (answer.needsNoFile) return answer.withoutFile();
  const known = contents?.get(stat);
  if (known !== undefined) return answer.fromContent(known);
  const file = OpenedFile.open(stat.realPath);
  if (!file.isVersionOf(stat)) return file;
  if (contents === undefined || stat.size > READ_AT_ONCE) return answer.fromFile(file, contents?.reads);
  const content = readWhole(file);
  contents.set(stat, content);
  return answer.fromContent(content);
}

function answerAnew(
  request: FileRequest,
  selection: FileSelection,
  stat: FileStat,
  file: OpenedFile,
  now: number,
  coding: FileCoding,
  reads: FileReads | undefined,
): FileResponse {
  let answer: FileAnswer | undefined;
  try {
    file.verifyLocation();
    const current = new FileAnswer(request, selection, file.currentStat(stat), now, coding);
    if (current.needsNoFile) return current.withoutFile();
    answer = current;
  } finally {
    if (answer === undefined) file.close();
  }
  return answer.fromFile(file, reads);
}

function readWhole(file: OpenedFile): Buffer {
  try {
    return file.readNow(0, file.size);
  } finally {
    file.close();
  }
}
