import type { BodySource } from "../http/body.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { HttpError } from "../http/http_error.ts";

/** A request as a backend gets it. */
export interface BackendRequest {
  readonly method: string;
  /** Path and query in origin-form. */
  readonly target: string;
  /** Without hop-by-hop and framing fields; with Host. */
  readonly headers: HeaderList;
  readonly body: BodySource | undefined;
}

/** A backend's final response. */
export interface BackendResponse {
  readonly status: number;
  /** Without hop-by-hop and framing fields. */
  readonly headers: HeaderList;
  /** Undefined when there is none, as in answers to HEAD. */
  readonly body: BodySource | undefined;
  /** Content-Length of an answer without a body, to HEAD or 304. */
  readonly declaredLength?: number;
}

/** Gets the outcome of one call: exactly one of the two, once. */
export interface BackendReceiver {
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
  send(request: BackendRequest, receiver: BackendReceiver): BackendCall;
  /** Closes idle connections now and busy ones after their exchange. */
  close(): void;
}
