import type { ServerHttp2Session } from "node:http2";
import { ERROR_CODES } from "./error_codes.ts";

/** Errors of nghttp2 below it leave a session that cannot go on. */
const FATAL = -900;
/** NGHTTP2_ERR_PROTO, NGHTTP2_ERR_STREAM_CLOSED, NGHTTP2_ERR_FLOW_CONTROL */
const CODES: Readonly<Record<number, number>> = {
  [-505]: ERROR_CODES.protocolError,
  [-510]: ERROR_CODES.streamClosed,
  [-524]: ERROR_CODES.flowControlError,
};

/**
 * Keeps a session alive when only one of its streams is at fault. node:http2 ends the session at every invalid frame
 * nghttp2 tells it of, although nghttp2 then resets the stream where RFC 9113 asks for no more (DATA beyond the
 * content-length, section 8.1.1), and the other streams must not suffer. `failures` counts streams that were reset: when
 * none was, the fault was the connection's, and the session ends as node wants it.
 */
export function spareOtherStreams(session: ServerHttp2Session, failures: () => number): void {
  const destroy = session.destroy.bind(session);
  session.destroy = (error?: Error, code?: number): void => {
    const { code: name, errno = FATAL } = (error ?? {}) as NodeJS.ErrnoException;
    if (name !== "ERR_HTTP2_ERROR" || errno <= FATAL || code !== undefined) {
      if (error === undefined) destroy();
      else destroy(error, code);
      return;
    }
    const before = failures();
    // By then nghttp2 has sent what it has to say: RST_STREAM, or GOAWAY.
    setImmediate(() => {
      if (failures() === before) destroy(error, CODES[errno] ?? ERROR_CODES.internalError);
    });
  };
}
