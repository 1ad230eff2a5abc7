import type { BodySource, ResponseBody } from "./body.ts";
import type { ClientTls } from "./client_tls.ts";
import type { HeaderList } from "./header_list.ts";
import type { RequestHead } from "./request_head.ts";

/** One end of a connection. */
export interface ConnectionEnd {
  /** IP address in its canonical form, IPv4-mapped ones as IPv4, or "unix". */
  readonly address: string;
  /** 0 on a Unix socket. */
  readonly port: number;
}

/**
 * The client, as far as those in front of this proxy that are believed tell of it: by a PROXY header, and trusted proxies
 * by fields. Otherwise the other end of the connection.
 */
export interface Client extends ConnectionEnd {
  /** Where the client connected to: this proxy, or the load balancer that has sent a PROXY header. */
  readonly local?: ConnectionEnd | undefined;
  /** Address of the trusted proxy that has told of the client, undefined without one. The port may be 0 then. */
  readonly via?: string | undefined;
  readonly tls: boolean;
  /** What its TLS connection is like; undefined when that doesn't end here. */
  readonly details?: ClientTls | undefined;
  /** `details` as JSON of ASCII characters, made once for each connection. */
  readonly detailsText?: string | undefined;
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

/** What a request came in. */
export type Protocol = "HTTP/1.0" | "HTTP/1.1" | "HTTP/2";

/**
 * A request received by a lane (HTTP/1, HTTP/2, later FastCGI), with the one way to answer it. This is all
 * that the rest of the proxy knows about listeners.
 */
export interface Incoming {
  readonly head: RequestHead;
  /** Undefined when the request has no body. Unread bodies are drained or cut off by the lane. */
  readonly body: BodySource | undefined;
  readonly client: Client;
  readonly protocol: Protocol;
  /**
   * The protocols that the client offers to switch to (RFC 9110 section 7.8), joined by ", ": the Upgrade field of a
   * GET in HTTP/1.1 with `Connection: upgrade` and without body, less those that `passableProtocols` takes off.
   * Undefined without an offer, and always in HTTP/2.
   */
  readonly upgrade: string | undefined;
  /** Port the client connected to, for X-Forwarded-Port; 0 on a Unix socket. */
  readonly localPort: number;
  /**
   * Sends the final response; called exactly once. For HEAD, 204 and 304 the lane sends no body and cancels
   * the one it was given.
   */
  respond(head: ResponseHead, body: ResponseBody): void;
  /**
   * Accepts the client's offer, instead of `respond`: sends 101 with the fields of `head`, Upgrade among them, then
   * `downstream` as it is. Returns what the client sends from then on. `onFinished` tells the end of both directions.
   */
  switchProtocols(head: ResponseHead, downstream: BodySource): BodySource;
  /**
   * Sends an interim response, 102 to 199. Does nothing for clients that know none (HTTP/1.0) and behind the final
   * response.
   */
  inform(status: number, headers: HeaderList): void;
  /**
   * Set by the receiver. Called exactly once when the exchange is over for the lane: the response was handed
   * to the kernel (`error` undefined), or the client left or the body failed before that.
   * `bytes` counts body bytes sent.
   */
  onFinished: ((bytes: number, error: Error | undefined) => void) | undefined;
}

/** What a lane calls with each request. */
export type IncomingHandler = (incoming: Incoming) => void;
