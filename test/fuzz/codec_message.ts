import { BodyDecoder } from "../../core/http/body_decoder.ts";
import { UNTIL_CLOSE } from "../../core/http/body_framing.ts";
import { HeadReader } from "../../core/http/head_reader.ts";
import type { HeaderList } from "../../core/http/header_list.ts";
import { HttpError } from "../../core/http/http_error.ts";
import { type ParsedRequest, parseRequestHead } from "../../core/http/parse_request_head.ts";
import { type ParsedResponse, parseResponseHead } from "../../core/http/parse_response_head.ts";

/** Small, so that mutations reach them. */
export const LIMITS = { requestLine: 500, head: 1_000, fields: 20, chunkExtensions: 470, trailer: 470 };
const BODY_LIMIT = 5_000;
/** Calls that one message may take for each of its bytes; a decoder that stands still passes it. */
const CALLS_PER_BYTE = 4;

/** What the codec made of the bytes of one message; plain, so that two can be compared. */
export interface CodecMessage {
  /** Whether the head was read, was refused, or is not complete. */
  readonly head: "read" | "refused" | "incomplete";
  /** Method, path, status, framing and the like; "" unless it was read. */
  readonly start: string;
  readonly fields: string;
  /** Latin-1, as much as came. */
  readonly body: string;
  /** Whether the body is complete, was refused, or is not. */
  readonly end: "complete" | "refused" | "incomplete";
  /** Bytes behind the message; 0 unless it is complete. */
  readonly surplus: number;
}

interface Parsed {
  readonly start: string;
  readonly headers: HeaderList;
  readonly framing: number;
}

export type Parse = (text: string) => Parsed;

export function parseRequest(text: string): Parsed & { readonly request: ParsedRequest } {
  const request = parseRequestHead(text, LIMITS);
  const { head, framing, persistent, expectContinue } = request;
  const start = JSON.stringify([
    head.method,
    head.path,
    head.query,
    head.host,
    head.authority,
    head.minorVersion,
    framing,
    persistent,
    expectContinue,
    head.trace,
  ]);
  return { start, headers: head.headers, framing, request };
}

export function parseResponse(text: string): Parsed & { readonly response: ParsedResponse } {
  const response = parseResponseHead(text, "GET", LIMITS);
  const { status, minorVersion, framing, persistent, declaredLength } = response;
  const start = JSON.stringify([status, minorVersion, framing, persistent, declaredLength]);
  return { start, headers: response.headers, framing, response };
}

/**
 * Puts the chunks of one message through the codec as a connection does. Throws what the codec throws unless it is
 * `HttpError`, and when it does not get on.
 */
export function readMessage(chunks: readonly Buffer[], parse: Parse): CodecMessage {
  const reader = new HeadReader(LIMITS.head);
  let decoder: BodyDecoder | undefined;
  let start = "";
  let fields = "";
  let body = "";
  let calls = chunks.reduce((sum, chunk) => sum + chunk.length, 0) * CALLS_PER_BYTE + 16;
  const sink = {
    data: (chunk: Buffer): boolean => {
      body += chunk.toString("latin1");
      // Now and then it wants no more, so that pausing is among what is tried.
      return body.length % 3 !== 0;
    },
    end: (): void => {},
    fail: (): void => {},
  };
  let surplus = 0;
  try {
    for (const chunk of chunks) {
      let offset = 0;
      while (offset < chunk.length && decoder?.done !== true) {
        if (--calls < 0) throw new Error("the codec does not get on");
        if (decoder !== undefined) {
          offset = decoder.decode(chunk, offset, sink);
          continue;
        }
        const text = reader.read(chunk, offset);
        if (text === undefined) break;
        offset = reader.end;
        const parsed = parse(text);
        start = parsed.start;
        fields = parsed.headers.toText();
        decoder = new BodyDecoder(parsed.framing, BODY_LIMIT, 400, LIMITS);
        if (parsed.framing === UNTIL_CLOSE) decoder = new BodyDecoder(UNTIL_CLOSE, BODY_LIMIT, 502);
      }
      if (decoder?.done === true) surplus += chunk.length - offset;
    }
  } catch (error) {
    if (!(error instanceof HttpError) || error.status < 400 || error.status > 599) throw error;
    const head = decoder === undefined ? "refused" : "read";
    return { head, start, fields, body: "", end: "refused", surplus: 0 };
  }
  const head = decoder === undefined ? "incomplete" : "read";
  return { head, start, fields, body, end: decoder?.done === true ? "complete" : "incomplete", surplus };
}
