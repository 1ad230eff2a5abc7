import type { Socket } from "node:net";
import type { Http1Input, InputOwner } from "./http1_input.ts";

/**
 * Throws away what a client still sends behind its last response. Closing at once would reset the connection,
 * and the reset could overtake the response (RFC 9112 section 9.6).
 */
export class LingeringClose implements InputOwner {
  readonly #socket: Socket;
  readonly #input: Http1Input;
  readonly #limit: number;
  #discarded = 0;

  /** Ends our side. The socket closes by itself once the client has ended its own. `limit`: bytes it may still send. */
  constructor(socket: Socket, input: Http1Input, limit: number) {
    this.#socket = socket;
    this.#input = input;
    this.#limit = limit;
    socket.end();
  }

  takeInput(chunk: Buffer, offset: number): boolean {
    this.#input.advance(chunk.length);
    this.#discarded += chunk.length - offset;
    if (this.#discarded > this.#limit) this.#socket.destroy();
    return true;
  }

  inputEnded(): void {}
}
