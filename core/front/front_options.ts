import type { Http2Config, HttpConfig, ListenerConfig } from "../config/config.ts";
import type { Client, IncomingHandler } from "../http/incoming.ts";
import type { TimerWheel } from "../http/timer_wheel.ts";
import type { ListenerMetrics } from "../observe/metrics/listener_metrics.ts";
import type { TrustedProxies } from "./forwarded/trusted_proxies.ts";
import type { Refusal } from "./http1/refusal.ts";
import type { TlsContexts } from "./tls/tls_contexts.ts";

/** What is spoken at an address. */
export type Spoken = Omit<ListenerConfig, "address">;

/** What a listener needs to know. */
export interface FrontOptions {
  readonly spoken: Spoken;
  readonly http: HttpConfig;
  readonly http2: Http2Config;
  /** For listeners with TLS. */
  readonly tls?: TlsContexts | undefined;
  /** Who is believed about clients. */
  readonly proxies: TrustedProxies;
  readonly timers: TimerWheel;
  /** Counts the connections. */
  readonly metrics?: ListenerMetrics | undefined;
  /** Gets each request. Must not throw; if it does, the request is answered with 500. */
  readonly handler: IncomingHandler;
  /** A request refused before it became an exchange, for the log. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** A TLS handshake has come to nothing; `reason` is a code of OpenSSL's, Node's or the system's. */
  readonly onHandshakeFailed?: (reason: string, client: Client) => void;
  /** A connection was closed at once: the limit of this name is reached. */
  readonly onTurnedAway?: (limit: string, client: Client) => void;
  /** A connection could not be accepted, for the log; the listener goes on. */
  readonly onAcceptFailed?: (error: Error) => void;
}
