import { codeUnits } from "./code_units.ts";
import {
  AUTHORIZATION,
  CONNECTION,
  EXPECT,
  FRAMING,
  HOST,
  joinMarks,
  markOf,
  tidinessOf,
} from "./field_marks.ts";
import { fieldValue, skipFieldValue, skipToken } from "./head_grammar.ts";
import { HttpError } from "./http_error.ts";
import { isTelling, SHORTEST_TELLING } from "./telling_fields.ts";

/**
 * The few fields that decide about framing, routing, persistence and tracing, found in one pass that also checks the
 * grammar of all the others. Undefined when absent; list fields come joined by ", ".
 */
export class HeadFields {
  host: string | undefined = undefined;
  contentLength: string | undefined = undefined;
  transferEncoding: string | undefined = undefined;
  connection: string | undefined = undefined;
  expect: string | undefined = undefined;
  /** Whether there was one; counts in requests alone. */
  contentType = false;
  /** Lodestone-Trace: asks for a trace of the request (`observe/trace_signature.ts`). */
  trace: string | undefined = undefined;
  /** Whether there was one that tells of a client (`telling_fields.ts`). */
  tells = false;
  /** What is among them (`field_marks.ts`). */
  marks = 0;
  /** Index of the empty line. */
  end = 0;
}

/** How a kind of message names its faults: 400 for a request, 502 for a response. */
export interface FaultKind {
  /** Whether fields are refused that the programs behind this one read differently: for requests. */
  readonly refusesAmbiguous: boolean;
  readonly status: number;
  readonly code: string;
  /** Status when there are too many fields. */
  readonly tooLarge: number;
}

/** The received text as it may stand in a message of the log. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}

/**
 * Reads the field lines of `text` (Latin-1) from `start` to the empty line, which must end the text.
 * Throws `HttpError` of the given kind.
 */
export function readHeadFields(text: string, start: number, limit: number, kind: FaultKind): HeadFields {
  const fields = new HeadFields();
  const units = codeUnits(text);
  let index = start;
  for (let count = 0; units[index] !== 0x0d; count++) {
    const colon = skipToken(units, index);
    if (colon === index || units[colon] !== 0x3a) throw malformedField(text, index, kind);
    const end = skipFieldValue(units, colon + 1);
    if (units[end] !== 0x0d || units[end + 1] !== 0x0a) {
      throw malformedField(text, index, kind);
    }
    if (count === limit) {
      throw new HttpError(kind.tooLarge, kind.code, `reading a head: more than http.fields (${limit})`);
    }
    const mark = markOf(units, index, colon);
    note(fields, text, index, colon, end, mark, kind);
    fields.marks = joinMarks(fields.marks, mark | tidinessOf(units, colon, end));
    index = end + 2;
  }
  if (units[index + 1] !== 0x0a || text.length !== index + 2) {
    throw malformedField(text, index, kind);
  }
  fields.end = index;
  return fields;
}

/** Takes down a field if it is one of the few; its mark tells most of them. */
function note(
  f: HeadFields,
  text: string,
  start: number,
  colon: number,
  end: number,
  mark: number,
  kind: FaultKind,
): void {
  if (!f.tells && mayTell(text, start, colon)) f.tells = isTelling(text.slice(start, colon).toLowerCase());
  switch (mark) {
    case HOST:
      if (f.host !== undefined) throw repeated("Host", kind);
      f.host = fieldValue(text, colon + 1, end);
      return;
    case EXPECT:
      f.expect = join(f.expect, fieldValue(text, colon + 1, end));
      return;
    case CONNECTION:
      f.connection = join(f.connection, fieldValue(text, colon + 1, end));
      return;
    case AUTHORIZATION:
      if (kind.refusesAmbiguous && (f.marks & AUTHORIZATION) !== 0) throw repeated("Authorization", kind);
      return;
    case FRAMING:
      noteFraming(f, text, start, colon, end, kind);
      return;
    case 0:
      noteUnmarked(f, text, start, colon, end, kind);
      return;
  }
}

/** Content-Length or Transfer-Encoding: the lengths of their names differ. */
function noteFraming(
  f: HeadFields,
  text: string,
  start: number,
  colon: number,
  end: number,
  kind: FaultKind,
): void {
  const value = fieldValue(text, colon + 1, end);
  if (colon - start !== 14) {
    f.transferEncoding = join(f.transferEncoding, value);
    return;
  }
  if (f.contentLength !== undefined) throw repeated("Content-Length", kind);
  f.contentLength = value;
}

/** The length of a name tells nearly all others apart. */
function noteUnmarked(
  f: HeadFields,
  text: string,
  start: number,
  colon: number,
  end: number,
  kind: FaultKind,
): void {
  switch (colon - start) {
    case 12:
      if (!kind.refusesAmbiguous || !isNamed(text, start, colon, "content-type")) return;
      if (f.contentType) throw repeated("Content-Type", kind);
      f.contentType = true;
      return;
    case 14:
      refuseUnderscore(text, start, colon, "content_length", kind);
      return;
    case 15:
      if (isNamed(text, start, colon, "lodestone-trace"))
        f.trace = join(f.trace, fieldValue(text, colon + 1, end));
      return;
    case 17:
      refuseUnderscore(text, start, colon, "transfer_encoding", kind);
      return;
  }
}

/** Their names begin with X or F. */
function mayTell(text: string, start: number, colon: number): boolean {
  const first = text.charCodeAt(start) | 0x20;
  return (first === 0x78 || first === 0x66) && colon - start >= SHORTEST_TELLING;
}

/** The first letter is compared first: it spares most fields of the same length the copy. */
function isNamed(text: string, start: number, end: number, name: string): boolean {
  if ((text.charCodeAt(start) | 0x20) !== name.charCodeAt(0)) return false;
  return text.slice(start, end).toLowerCase() === name;
}

/** An application that gets its fields as CGI variables takes it for the framing (RFC 3875 section 4.1.18). */
function refuseUnderscore(text: string, start: number, colon: number, name: string, kind: FaultKind): void {
  if (kind.refusesAmbiguous && isNamed(text, start, colon, name)) throw malformedField(text, start, kind);
}

function join(former: string | undefined, value: string): string {
  return former === undefined ? value : `${former}, ${value}`;
}

function malformedField(text: string, index: number, kind: FaultKind): HttpError {
  const end = text.indexOf("\n", index);
  const line = text.slice(index, end < 0 ? text.length : end + 1);
  return new HttpError(kind.status, kind.code, `reading a head: not a field line: ${excerpt(line)}`);
}

function repeated(name: string, kind: FaultKind): HttpError {
  return new HttpError(kind.status, kind.code, `reading a head: ${name} more than once`);
}
