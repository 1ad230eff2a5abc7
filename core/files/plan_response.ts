import type { HeaderList } from "../http/header_list.ts";
import { evaluatePreconditions, rangeApplies, type Validators } from "./conditional.ts";
import type { FileRequest } from "./file_response.ts";
import type { ByteRange } from "./ranges/byte_range.ts";
import { selectRanges } from "./ranges/select_ranges.ts";

export interface ResponsePlan {
  readonly status: 200 | 206 | 304 | 412 | 416;
  /** Bytes of the representation that a 206 carries. */
  readonly ranges: readonly ByteRange[];
}

const WHOLE: ResponsePlan = { status: 200, ranges: [] };

/** How much of a representation may be sent in part. */
export type RangeSupport = "none" | "single" | "several";

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
 */
export function planResponse(
  request: FileRequest,
  validators: Validators | undefined,
  size: number,
  now: number,
  support: RangeSupport = "several",
): ResponsePlan {
  if (!hasConditions(request.headers)) return WHOLE;
  const refusal = validators === undefined ? undefined : evaluatePreconditions(request.headers, validators);
  if (refusal !== undefined) return { status: refusal, ranges: [] };
  const ranges = support === "none" ? undefined : requestedRanges(request, validators, size, now);
  if (ranges === undefined) return WHOLE;
  if (ranges === "unsatisfiable") return { status: 416, ranges: [] };
  if (ranges.length > 1 && support === "single") return WHOLE;
  return { status: 206, ranges };
}

function requestedRanges(
  request: FileRequest,
  validators: Validators | undefined,
  size: number,
  now: number,
): readonly ByteRange[] | "unsatisfiable" | undefined {
  if (request.method !== "GET") return undefined;
  const field = request.headers.get("range");
  if (field === undefined) return undefined;
  const ifRange = request.headers.get("if-range");
  if (ifRange !== undefined && (validators === undefined || !rangeApplies(ifRange, validators, now)))
    return undefined;
  return selectRanges(field, size);
}
