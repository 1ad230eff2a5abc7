import type { HeaderList } from "../http/header_list.ts";
import { parseHttpDate } from "./parse_http_date.ts";

/** What identifies the version of a representation. */
export interface Validators {
  /** With its quotes, weak ones with `W/`. */
  readonly etag: string | undefined;
  /** Milliseconds since 1970 in whole seconds. */
  readonly lastModified: number | undefined;
}

/** One member of a list of entity tags, and the comma or end after it (RFC 9110 sections 5.6.1 and 8.8.3). */
const LISTED_TAG = /[ \t,]*((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?:,|$)/y;

/**
 * Evaluates the preconditions of a GET or HEAD in the order of RFC 9110 section 13.2.2: 412 when one that
 * protects fails, 304 when the client has the current version, undefined when the request goes on.
 */
export function evaluatePreconditions(headers: HeaderList, validators: Validators): 304 | 412 | undefined {
  const ifMatch = headers.get("if-match");
  if (ifMatch !== undefined) {
    if (!listMatches(ifMatch, validators.etag, sameStrongly)) return 412;
  } else if (isModifiedSince(headers.get("if-unmodified-since"), validators.lastModified) === true) {
    return 412;
  }
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== undefined)
    return listMatches(ifNoneMatch, validators.etag, sameWeakly) ? 304 : undefined;
  return isModifiedSince(headers.get("if-modified-since"), validators.lastModified) === false
    ? 304
    : undefined;
}

/**
 * Whether an If-Range field lets the Range field apply (RFC 9110 section 13.1.5): it names the current version
 * by a strong validator.
 *
 * A date is strong only when it lies at least a second back (section 8.8.2.2): the file could otherwise have
 * changed twice in the second the date names.
 *
 * @param now milliseconds since 1970
 */
export function rangeApplies(ifRange: string, validators: Validators, now: number): boolean {
  if (ifRange.includes('"')) return validators.etag !== undefined && sameStrongly(ifRange, validators.etag);
  const date = parseHttpDate(ifRange, now);
  return date !== undefined && date === validators.lastModified && date + 1000 <= now;
}

/** Undefined when there is nothing to compare: no field, no date in it, or no date known of the representation. */
function isModifiedSince(field: string | undefined, lastModified: number | undefined): boolean | undefined {
  if (field === undefined || lastModified === undefined) return undefined;
  const date = parseHttpDate(field);
  return date === undefined ? undefined : lastModified > date;
}

/** Whether `*` or one of the listed tags names `etag`. A malformed list matches no further than it is well-formed. */
function listMatches(
  field: string,
  etag: string | undefined,
  same: (a: string, b: string) => boolean,
): boolean {
  if (field === "*") return true;
  if (etag === undefined) return false;
  LISTED_TAG.lastIndex = 0;
  for (let match = LISTED_TAG.exec(field); match !== null; match = LISTED_TAG.exec(field)) {
    if (same(match[1]!, etag)) {
      LISTED_TAG.lastIndex = 0;
      return true;
    }
  }
  return false;
}

/** RFC 9110 section 8.8.3.2: both strong, and equal. */
function sameStrongly(a: string, b: string): boolean {
  return a === b && !a.startsWith("W/");
}

/** RFC 9110 section 8.8.3.2: equal, weak or not. */
function sameWeakly(a: string, b: string): boolean {
  return (a.startsWith("W/") ? a.slice(2) : a) === (b.startsWith("W/") ? b.slice(2) : b);
}
