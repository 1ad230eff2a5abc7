import type { BackendConfig } from "../../config/config.ts";
import { HttpError } from "../../http/http_error.ts";
import { serverName } from "../open_socket.ts";

/** What a connection waits for: one thing at a time, each with its deadline. */
export type Phase =
  | "connecting"
  /** The client's next bytes of the request body. */
  | "request body"
  /** Room for more of the request body. */
  | "sending"
  | "response head"
  | "response body"
  /** The receiver of the response body, which has paused or not begun. */
  | "receiver"
  /** Nothing by itself: protocols were switched, and the client's connection has the deadline. */
  | "tunnel"
  | "idle"
  | "closing";

/** What has failed when the deadline of a phase passes. */
export function deadlinePassed(phase: Phase, config: BackendConfig): HttpError {
  switch (phase) {
    case "connecting":
      return late("backend_connect_timeout", "did not accept a connection", config.connectTimeout, config);
    case "sending":
      return late("backend_send_timeout", "took nothing of a request body", config.idleTimeout, config);
    case "response head":
      return late("backend_response_timeout", "sent no response head", config.responseTimeout, config);
    case "request body":
      return new HttpError(
        408,
        "request_body_stalled",
        `nothing of a request body for backend ${config.name} came within ${config.idleTimeout} ms`,
      );
    case "receiver":
      return new HttpError(
        504,
        "response_body_stalled",
        `nothing of a response body from backend ${config.name} was taken within ${config.idleTimeout} ms`,
      );
    default:
      return late("backend_idle_timeout", "sent nothing of a response body", config.idleTimeout, config);
  }
}

function late(code: string, what: string, milliseconds: number, config: BackendConfig): HttpError {
  return new HttpError(504, code, `${serverName(config.server)} ${what} within ${milliseconds} ms`);
}
