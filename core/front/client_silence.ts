import type { HttpConfig } from "../config/config.ts";
import { HttpError } from "../http/http_error.ts";
import type { Timer } from "../http/timer_wheel.ts";
import type { Http1Tunnel } from "./http1_tunnel.ts";
import type { RequestBody } from "./request_body.ts";
import type { ResponseWriter } from "./response_writer.ts";
import { TunnelSilence } from "./tunnel_silence.ts";

/**
 * The deadlines of a client during an exchange. Only its own silence counts; what scripts and backends may take is
 * theirs to limit.
 */
export class ClientSilence {
  readonly #timer: Timer;
  readonly #writer: ResponseWriter;
  readonly #http: HttpConfig;
  /** Body bytes that were sent when the client's end was last looked at, -1 before its end. */
  #bytesAtEnd = -1;
  #tunnel: TunnelSilence | undefined;

  /** `timer` is the connection's; when it expires during an exchange, `expired` tells what that means. */
  constructor(timer: Timer, writer: ResponseWriter, http: HttpConfig) {
    this.#timer = timer;
    this.#writer = writer;
    this.#http = http;
  }

  /** The client is waited for, or has just sent something. */
  waits(): void {
    this.#timer.refresh(this.#http.idleTimeout);
  }

  /** The client has ended its side and may have left; told again with each look at it. */
  ended(): void {
    if (this.#bytesAtEnd >= 0) return;
    this.#bytesAtEnd = this.#writer.bytes;
    // One that still has to take what was sent has the time for that.
    if (!this.#writer.isBlocked) this.#timer.refresh(this.#http.halfClosedTimeout);
  }

  /** The connection is a tunnel from now on. */
  switched(tunnel: Http1Tunnel): void {
    this.#tunnel = new TunnelSilence(this.#timer, tunnel, this.#http.tunnelTimeout);
  }

  /** What the silence comes to: an error that the request's body fails with (408), or the connection (any other). */
  expired(body: RequestBody | undefined): HttpError | undefined {
    if (this.#tunnel !== undefined) return this.#tunnel.expired();
    const limit = this.#http.idleTimeout;
    if (this.#writer.isBlocked) {
      return new HttpError(499, "client_too_slow", `sending a response: nothing taken for ${limit} ms`);
    }
    if (this.#bytesAtEnd >= 0) return this.#lookAgain();
    if (body?.wants !== true) return undefined;
    return new HttpError(408, "body_timeout", `reading a request body: nothing came for ${limit} ms`);
  }

  #lookAgain(): HttpError | undefined {
    if (this.#writer.bytes === this.#bytesAtEnd) {
      return new HttpError(499, "client_closed", "the client ended its side, and nothing came for it since");
    }
    this.#bytesAtEnd = this.#writer.bytes;
    this.#timer.refresh(this.#http.halfClosedTimeout);
    return undefined;
  }
}
