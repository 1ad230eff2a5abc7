import type { ResponseBody } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { Validators } from "./conditional.ts";
import type { FileRequest, FileResponse } from "./file_response.ts";
import { parseHttpDate } from "./parse_http_date.ts";
import { planResponse } from "./plan_response.ts";
import { contentRange, unsatisfiedRange } from "./range.ts";

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

/** A representation of known size, from which pieces can be taken. */
export interface Representation {
  readonly size: number;
  slice(start: number, length: number): ResponseBody;
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
  const plan = planResponse(request, validatorsOf(headers), size, now, !refusesRanges(headers));
  if (plan.status > 206)
    return { status: plan.status, headers: headersWithout(headers, plan.status, size), body: undefined };
  if (request.method === "HEAD") return { status: 200, headers, body: undefined, declaredLength: size };
  if (plan.status === 200) return { status: 200, headers, body: representation.slice(0, size) };
  const partial = headers.clone();
  partial.set("Content-Range", contentRange(plan, size));
  return { status: 206, headers: partial, body: representation.slice(plan.start, plan.length) };
}

function validatorsOf(headers: HeaderList): Validators | undefined {
  const etag = headers.get("etag");
  const date = headers.get("last-modified");
  const lastModified = date === undefined ? undefined : parseHttpDate(date);
  return etag === undefined && lastModified === undefined ? undefined : { etag, lastModified };
}

function refusesRanges(headers: HeaderList): boolean {
  return headers.has("content-range") || headers.get("accept-ranges")?.toLowerCase() === "none";
}

function headersWithout(headers: HeaderList, status: number, size: number): HeaderList {
  const kept = headers.clone();
  kept.deleteWhere((name) => REPRESENTATION.has(name) || (status !== 304 && ABOUT_200.has(name)));
  if (status === 416) kept.set("Content-Range", unsatisfiedRange(size));
  return kept;
}
