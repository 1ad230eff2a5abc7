import type { Socket } from "node:net";

/**
 * How much of what is written to a socket the other side takes. Node tells of a write when all of it is with the
 * kernel, which takes a slow reader long; its handle knows how much of it is left (what `socket.setTimeout` goes by as
 * well). Where there is no such number, as with TLS, whole writes count.
 */
export class TakenBytes {
  readonly #socket: Socket;
  #whole = 0;
  #left = 0;
  #parts = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Grows with each byte taken; of a write that was looked at on its way parts count twice. `written`: bytes so far. */
  look(written: number): number {
    const whole = written - this.#socket.writableLength;
    const left = queuedBytes(this.#socket);
    if (whole === this.#whole && left < this.#left) this.#parts += this.#left - left;
    this.#whole = whole;
    this.#left = left;
    return whole + this.#parts;
  }
}

function queuedBytes(socket: Socket): number {
  const handle = (socket as { readonly _handle?: { readonly writeQueueSize?: unknown } | null })._handle;
  return typeof handle?.writeQueueSize === "number" ? handle.writeQueueSize : 0;
}
