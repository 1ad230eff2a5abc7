import type { Socket } from "node:net";
import type { HttpConfig } from "../../config/config.ts";
import { HttpError } from "../../http/http_error.ts";
import type { Timer, TimerWheel } from "../../http/timer_wheel.ts";
import type { Http1Tunnel } from "./http1_tunnel.ts";
import { MinimumRate } from "./minimum_rate.ts";
import type { RequestBody } from "./request_body.ts";
import type { ResponseWriter } from "./response_writer.ts";
import { TakenBytes } from "./taken_bytes.ts";
import { TunnelSilence } from "./tunnel_silence.ts";

/** What silence and slowness are about. */
export interface SilenceOptions {
  readonly socket: Socket;
  /** The connection's; when it expires during an exchange, `expired` is to be called. */
  readonly timer: Timer;
  readonly writer: Pick<ResponseWriter, "isBlocked" | "bytes">;
  readonly http: HttpConfig;
  readonly timers: TimerWheel;
  /** The client has been waited for long enough: its body fails with the error (408), or its connection (any other). */
  readonly failed: (error: HttpError) => void;
}

/**
 * The deadlines of a client during an exchange. Only its own silence counts; what scripts and backends may take is
 * theirs to limit.
 */
export class ClientSilence {
  readonly #options: SilenceOptions;
  readonly #timer: Timer;
  readonly #writer: Pick<ResponseWriter, "isBlocked" | "bytes">;
  readonly #http: HttpConfig;
  readonly #taken: TakenBytes;
  #body: RequestBody | undefined;
  #upload: MinimumRate | undefined;
  #download: MinimumRate | undefined;
  /** What the client had taken when it was last seen to stop. */
  #takenBefore = 0;
  /** Body bytes that were sent when the client's end was last looked at, -1 before its end. */
  #bytesAtEnd = -1;
  #tunnel: TunnelSilence | undefined;

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#timer = options.timer;
    this.#writer = options.writer;
    this.#http = options.http;
    this.#taken = new TakenBytes(options.socket);
  }

  /** The client is waited for to send of this body, or has just sent some. */
  waitsForBody(body: RequestBody): void {
    this.#timer.refresh(this.#http.idleTimeout);
    this.#body = body;
    this.#upload ??= this.#uploadRate();
    this.#upload.watch();
  }

  /** The client takes no more for now. */
  blocked(): void {
    this.#timer.refresh(this.#http.idleTimeout);
    this.#takenBefore = this.#look();
    this.#download ??= this.#downloadRate();
    this.#download.watch();
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

  /** The exchange is over. */
  over(): void {
    this.#body = undefined;
    this.#upload?.stop();
    this.#download?.stop();
  }

  /** The connection's timer has expired. */
  expired(): void {
    const error = this.#tunnel === undefined ? this.#silence() : this.#tunnel.expired();
    if (error !== undefined) this.#options.failed(error);
  }

  #silence(): HttpError | undefined {
    const limit = this.#http.idleTimeout;
    if (this.#writer.isBlocked) {
      const taken = this.#look();
      if (taken === this.#takenBefore) {
        return new HttpError(499, "client_too_slow", `sending a response: nothing taken for ${limit} ms`);
      }
      this.#takenBefore = taken;
      this.#timer.refresh(limit);
    } else if (this.#bytesAtEnd >= 0) {
      if (this.#writer.bytes === this.#bytesAtEnd) {
        return new HttpError(
          499,
          "client_closed",
          "the client ended its side, and nothing came for it since",
        );
      }
      this.#bytesAtEnd = this.#writer.bytes;
      this.#timer.refresh(this.#http.halfClosedTimeout);
    } else if (this.#body?.wants === true) {
      return new HttpError(408, "body_timeout", `reading a request body: nothing came for ${limit} ms`);
    }
    return undefined;
  }

  #look(): number {
    return this.#taken.look(this.#writer.bytes);
  }

  #uploadRate(): MinimumRate {
    const waits = () => this.#body?.wants === true;
    const moved = () => this.#body?.received ?? 0;
    return new MinimumRate({ ...this.#options, status: 408, waits, moved });
  }

  #downloadRate(): MinimumRate {
    const waits = () => this.#writer.isBlocked;
    return new MinimumRate({ ...this.#options, status: 499, waits, moved: () => this.#look() });
  }
}
