import type { BackendServer } from "../config/config.ts";
import { HttpError } from "../http/http_error.ts";
import { serverName } from "./open_socket.ts";

const REFUSED = new Set(["ECONNREFUSED", "ENOENT", "EACCES", "EPERM"]);
const RESOLVER = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME", "ENODATA"]);
const BROKEN = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/** What a socket's error means for the exchange; `connected` tells an attempt to connect from a broken connection. */
export function socketError(cause: Error, server: BackendServer, connected: boolean): HttpError {
  // From the lookup, which knows better.
  if (cause instanceof HttpError) return cause;
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const what = `${connected ? "exchange with" : "connecting to"} ${serverName(server)} failed: ${code || cause.message}`;
  if (code === "ETIMEDOUT") return new HttpError(504, "backend_timeout", what, cause);
  if (REFUSED.has(code)) return new HttpError(502, "backend_refused", what, cause);
  if (RESOLVER.has(code)) return new HttpError(502, "backend_dns", what, cause);
  if (BROKEN.has(code)) return new HttpError(502, "backend_closed", what, cause);
  if (server.tls && !code.startsWith("E")) return new HttpError(502, "backend_tls", what, cause);
  if (server.tls && (code === "EPROTO" || code.startsWith("ERR_"))) {
    return new HttpError(502, "backend_tls", what, cause);
  }
  return new HttpError(502, "backend_unreachable", what, cause);
}
