import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Client } from "../../http/incoming.ts";
import type { Timer, TimerWheel } from "../../http/timer_wheel.ts";
import type { FrontConnection } from "../front_connection.ts";

/** What becomes of a handshake: one of both is called, once. */
export interface HandshakeOwner {
  secured(handshake: TlsHandshake, socket: TLSSocket): void;
  /** `reason`: a code of OpenSSL's, Node's or the system's. The connection is closed. */
  failed(handshake: TlsHandshake, reason: string): void;
}

/** A connection whose TLS handshake is under way. */
export class TlsHandshake implements FrontConnection {
  readonly client: Client;
  readonly #socket: Socket;
  readonly #owner: HandshakeOwner;
  readonly #timer: Timer;
  #isOver = false;

  /** `timeout`: milliseconds for all of it. */
  constructor(socket: Socket, client: Client, owner: HandshakeOwner, timers: TimerWheel, timeout: number) {
    this.#socket = socket;
    this.client = client;
    this.#owner = owner;
    this.#timer = timers.add(timeout, () => this.fail("HANDSHAKE_TIMEOUT"));
    // Also comes when TLS closes it.
    socket.once("close", () => this.fail("ECONNRESET"));
  }

  /** Nothing has been asked yet. */
  closeIfIdle(): void {
    this.fail("DRAINING");
  }

  destroy(_reason: Error): number {
    this.fail("DRAINING");
    return 0;
  }

  succeed(socket: TLSSocket): void {
    if (this.#end()) this.#owner.secured(this, socket);
  }

  fail(reason: string): void {
    if (!this.#end()) return;
    this.#socket.destroy();
    this.#owner.failed(this, reason);
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#timer.cancel();
    return true;
  }
}
