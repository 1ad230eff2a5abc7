import type { HeaderList } from "../http/header_list.ts";
import { evaluatePreconditions, rangeApplies, type Validators } from "./conditional.ts";
import type { FileRequest } from "./file_response.ts";
import { type ByteRange, selectRange } from "./range.ts";

export interface ResponsePlan {
  readonly status: 200 | 206 | 304 | 412 | 416;
  /** Bytes of the representation that a 200 or 206 to GET carries. */
  readonly start: number;
  readonly length: number;
}

/** A line that begins a precondition or a Range field. */
const CONDITION = /(?:^|\n)(?:if-|range:)/i;

/**
 * Whether a request may get anything but a whole 200. Reads the text of the head, so that the fields of most
 * requests need not be taken apart.
 */
export function hasConditions(headers: HeaderList): boolean {
  return CONDITION.test(headers.toText());
}

/**
 * Decides on a GET or HEAD whose plain answer is a 200 with `size` bytes: preconditions first, then the range,
 * which is only defined for GET (RFC 9110 sections 13.2.2 and 14.2).
 *
 * @param validators undefined when nothing identifies the version: then there are no preconditions
 * @param now milliseconds since 1970
 * @param ranges whether the representation may be sent in part
 */
export function planResponse(
  request: FileRequest,
  validators: Validators | undefined,
  size: number,
  now: number,
  ranges = true,
): ResponsePlan {
  if (!hasConditions(request.headers)) return { status: 200, start: 0, length: size };
  const refusal = validators === undefined ? undefined : evaluatePreconditions(request.headers, validators);
  if (refusal !== undefined) return { status: refusal, start: 0, length: 0 };
  const range = ranges ? requestedRange(request, validators, size, now) : undefined;
  if (range === undefined) return { status: 200, start: 0, length: size };
  if (range === "unsatisfiable") return { status: 416, start: 0, length: 0 };
  return { status: 206, start: range.start, length: range.length };
}

function requestedRange(
  request: FileRequest,
  validators: Validators | undefined,
  size: number,
  now: number,
): ByteRange | "unsatisfiable" | undefined {
  if (request.method !== "GET") return undefined;
  const field = request.headers.get("range");
  if (field === undefined) return undefined;
  const ifRange = request.headers.get("if-range");
  if (ifRange !== undefined && (validators === undefined || !rangeApplies(ifRange, validators, now)))
    return undefined;
  return selectRange(field, size);
}
