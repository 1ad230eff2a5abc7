import type { ResponseBody } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { Validators } from "./conditional.ts";
import type { FileRequest, FileResponse } from "./file_response.ts";
import { parseHttpDate } from "./parse_http_date.ts";
import { planResponse, type RangeSupport } from "./plan_response.ts";
import type { Run } from "./ranges/byte_range.ts";
import { contentRange, unsatisfiedRange } from "./ranges/content_range.ts";
import { multipart } from "./ranges/multipart.ts";

/** Metadata of a representation that a 304 leaves out (RFC 9110 section 15.4.5). */
const REPRESENTATION = new Set([
  "content-type",
  "content-length",
  "content-encoding",
  "content-language",
  "content-range",
]);

/** What besides must not go with an error: it tells of the 200 that is not sent. */
const ABOUT_200 = new Set(["etag", "last-modified", "cache-control", "expires"]);

/** A representation of known size, of whose ranges a body can be made. */
export interface Representation {
  readonly size: number;
  send(runs: readonly Run[]): ResponseBody;
}

/**
 * Applies preconditions and ranges to the finished 200 of a GET or HEAD, which a script made with validators
 * of its own (`ETag`, `Last-Modified`). `headers` stays as it is.
 *
 * Without validators there are no preconditions. A script that sent `Accept-Ranges: none` or a Content-Range
 * wants no ranges.
 *
 * @param now milliseconds since 1970
 */
export function answerFinished(
  request: FileRequest,
  headers: HeaderList,
  representation: Representation,
  now: number = Date.now(),
): FileResponse {
  const { size } = representation;
  const plan = planResponse(request, validatorsOf(headers), size, now, rangeSupport(headers));
  const { status, ranges } = plan;
  if (status > 206) return { status, headers: headersWithout(headers, status, size), body: undefined };
  if (request.method === "HEAD") return { status: 200, headers, body: undefined, declaredLength: size };
  if (status === 200) return { status, headers, body: representation.send([{ start: 0, length: size }]) };
  const partial = headers.clone();
  if (ranges.length === 1) {
    partial.set("Content-Range", contentRange(ranges[0]!, size));
    return { status, headers: partial, body: representation.send(ranges) };
  }
  const { contentType, runs } = multipart(ranges, headers.get("content-type"), size);
  partial.set("Content-Type", contentType);
  return { status, headers: partial, body: representation.send(runs) };
}

function validatorsOf(headers: HeaderList): Validators | undefined {
  const etag = headers.get("etag");
  const date = headers.get("last-modified");
  const lastModified = date === undefined ? undefined : parseHttpDate(date);
  return etag === undefined && lastModified === undefined ? undefined : { etag, lastModified };
}

/**
 * Several ranges of what is encoded would be a body of parts that says it is encoded itself; few could tell that the
 * parts are meant.
 */
function rangeSupport(headers: HeaderList): RangeSupport {
  if (headers.has("content-range") || headers.get("accept-ranges")?.toLowerCase() === "none") return "none";
  return headers.has("content-encoding") ? "single" : "several";
}

function headersWithout(headers: HeaderList, status: number, size: number): HeaderList {
  const kept = headers.clone();
  kept.deleteWhere((name) => REPRESENTATION.has(name) || (status !== 304 && ABOUT_200.has(name)));
  if (status === 416) kept.set("Content-Range", unsatisfiedRange(size));
  return kept;
}
