import { HttpError } from "../../http/http_error.ts";
import type { ConnectionEnd } from "../../http/incoming.ts";

/** What a PROXY header says of the connection that the proxy in front has accepted. */
export interface ProxyHeader {
  /** Bytes it takes. */
  readonly length: number;
  /** The client; undefined when the connection is the proxy's own (a health check), or when it does not know. */
  readonly source: ConnectionEnd | undefined;
  /** Where the client connected to; known when the source is. */
  readonly destination: ConnectionEnd | undefined;
}

/** `why` must be of bounded length, for it is logged. */
export function malformedHeader(why: string): HttpError {
  return new HttpError(400, "malformed_proxy_header", `reading a PROXY header: ${why}`);
}
