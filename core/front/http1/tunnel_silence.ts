import { HttpError } from "../../http/http_error.ts";
import type { Timer } from "../../http/timer_wheel.ts";
import type { Http1Tunnel } from "./http1_tunnel.ts";

/** Looks at a tunnel in the time it may be silent: it ends a little late rather than having a timer set by each chunk. */
const LOOKS = 8;

/** The deadline of a connection that has switched protocols: neither direction brings a byte. */
export class TunnelSilence {
  readonly #timer: Timer;
  readonly #tunnel: Pick<Http1Tunnel, "received" | "sent">;
  readonly #limit: number;
  #moved = -1;
  #movedAt = 0;

  /** `limit`: milliseconds. */
  constructor(timer: Timer, tunnel: Pick<Http1Tunnel, "received" | "sent">, limit: number) {
    this.#timer = timer;
    this.#tunnel = tunnel;
    this.#limit = limit;
    this.expired();
  }

  /** The timer has expired: the error to end the connection with, or undefined to look again later. */
  expired(): HttpError | undefined {
    const moved = this.#tunnel.received + this.#tunnel.sent;
    const now = performance.now();
    if (moved !== this.#moved) {
      this.#moved = moved;
      this.#movedAt = now;
    } else if (now - this.#movedAt >= this.#limit) {
      const message = `keeping a tunnel open: not a byte in either direction for ${this.#limit} ms`;
      return new HttpError(504, "tunnel_idle", message);
    }
    this.#timer.refresh(this.#limit / LOOKS);
    return undefined;
  }
}
