import type { ServerSessionOptions } from "node:http2";
import type { FrontOptions } from "../front_options.ts";

/** What a list of fields counts besides its text, for each field (RFC 9113 section 6.5.2). */
const FIELD_OVERHEAD = 32;
/** Fields above the limit that still get an answer, 431; behind that the stream is reset. */
const FIELDS_ANSWERED = 100;
/** Bytes node:http2 counts session memory in. */
const MEMORY_UNIT = 1_000_000;

/** The limits of the configuration as `node:http2` has them. */
export function sessionOptions({ http, http2 }: FrontOptions): ServerSessionOptions {
  return {
    // Above the limit responses wait (`response_budget.ts`); requests are refused only when that does not help.
    maxSessionMemory: Math.ceil((2 * http2.sessionMemory) / MEMORY_UNIT),
    maxHeaderListPairs: http.fields + FIELDS_ANSWERED,
    streamResetBurst: http2.resetBurst,
    streamResetRate: http2.resetRate,
    // Ours to refuse: nghttp2 would leave the field out without a word.
    strictFieldWhitespaceValidation: false,
    // A backend's response passes as in HTTP/1.
    strictSingleValueFields: false,
    settings: {
      enablePush: false,
      maxConcurrentStreams: http2.streams,
      initialWindowSize: http2.window,
      // What is over http.head but not beyond this gets an answer as well.
      maxHeaderListSize: 2 * http.head + FIELD_OVERHEAD * (http.fields + FIELDS_ANSWERED),
    },
  };
}
