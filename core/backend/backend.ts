import type { BodySource } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { HttpError } from "../http/http_error.ts";
import type { Client } from "../http/incoming.ts";
import type { BackendMetrics } from "../observe/metrics/backend_metrics.ts";

/** A request as a backend gets it. */
export interface BackendRequest {
  readonly method: string;
  /** Path and query in origin-form. */
  readonly target: string;
  /** Without hop-by-hop and framing fields; with Host. */
  readonly headers: HeaderList;
  readonly body: BodySource | undefined;
  /** For whom it is, told to servers that want a PROXY header; undefined for the proxy itself. */
  readonly client?: Client | undefined;
  /** Protocols offered to switch to (RFC 9110 section 7.8), joined by ", ". Lanes that cannot switch ignore it. */
  readonly upgrade?: string | undefined;
}

/** A backend's final response, or 101 to a request with `upgrade`. */
export interface BackendResponse {
  readonly status: number;
  /** Without hop-by-hop and framing fields; with Upgrade in a 101. */
  readonly headers: HeaderList;
  /** With 101 what the server sends from then on. Undefined when there is none, as in answers to HEAD. */
  readonly body: BodySource | undefined;
  /** Content-Length of an answer without a body, to HEAD or 304. */
  readonly declaredLength?: number;
  /** With 101 alone: hands over what the server gets from then on, once. */
  readonly upstream?: (client: BodySource) => void;
}

/** Gets the outcome of one call: exactly one of the two, once. */
export interface BackendReceiver {
  /** An interim response, 102 to 199, before the outcome. Without hop-by-hop and framing fields. */
  interim?(status: number, headers: HeaderList): void;
  response(response: BackendResponse): void;
  /** No response: 502 refused or malformed, 503 queue full, 504 too slow. */
  failed(error: HttpError): void;
}

/** One request on its way to a backend. */
export interface BackendCall {
  /** The client has gone: ends the request and its connection; the receiver is not called any more. Idempotent. */
  cancel(): void;
}

/** A named pool of servers speaking one protocol. One contract suite serves every implementation. */
export interface Backend {
  readonly name: string;
  /** Whoever calls tells it of the outcome. Undefined where nobody counts. */
  readonly metrics?: BackendMetrics | undefined;
  send(request: BackendRequest, receiver: BackendReceiver): BackendCall;
  /** Closes idle connections now and busy ones after their exchange. */
  close(): void;
}
