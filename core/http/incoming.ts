import type { BodySource, ResponseBody } from "./body.ts";
import type { HeaderList } from "./header_list.ts";
import type { RequestHead } from "./request_head.ts";

/** The other end of the client's connection. */
export interface Client {
  /** IP address, or "unix" for a client on a Unix socket. */
  readonly address: string;
  /** TCP port, 0 on a Unix socket. */
  readonly port: number;
  readonly tls: boolean;
}

/** Head of a final response, as a lane sends it. */
export interface ResponseHead {
  readonly status: number;
  /**
   * Fields without framing and hop-by-hop ones (Content-Length, Transfer-Encoding, Connection, Keep-Alive,
   * Trailer, Upgrade): framing is the lane's. Date and Server are added by the lane unless present.
   */
  readonly headers: HeaderList;
  /** Content-Length to declare on an answer without a body: to HEAD, or 304. */
  readonly declaredLength?: number;
}

/**
 * A request received by a lane (HTTP/1, later HTTP/2 and FastCGI), with the one way to answer it. This is all
 * that the rest of the proxy knows about listeners.
 */
export interface Incoming {
  readonly head: RequestHead;
  /** Undefined when the request has no body. Unread bodies are drained or cut off by the lane. */
  readonly body: BodySource | undefined;
  readonly client: Client;
  /** Port the client connected to, for X-Forwarded-Port; 0 on a Unix socket. */
  readonly localPort: number;
  /**
   * Sends the final response; called exactly once. For HEAD, 204 and 304 the lane sends no body and cancels
   * the one it was given.
   */
  respond(head: ResponseHead, body: ResponseBody): void;
  /**
   * Set by the receiver. Called exactly once when the exchange is over for the lane: the response was handed
   * to the kernel (`error` undefined), or the client left or the body failed before that.
   * `bytes` counts body bytes sent.
   */
  onFinished: ((bytes: number, error: Error | undefined) => void) | undefined;
}

/** What a lane calls with each request. */
export type IncomingHandler = (incoming: Incoming) => void;
