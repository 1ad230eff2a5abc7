import type { Socket } from "node:net";
import type { Http1Input, InputOwner } from "./http1_input.ts";

/** Milliseconds a client has to read its last answer and to end its side. */
export const LINGER_TIME = 5_000;
/** Bytes it may still send meanwhile. */
const LINGER_LIMIT = 16_777_216;

/**
 * Throws away what a client still sends behind its last response. Closing at once would reset the connection,
 * and the reset could overtake the response (RFC 9112 section 9.6).
 */
export class LingeringClose implements InputOwner {
  readonly #socket: Socket;
  readonly #input: Http1Input;
  #discarded = 0;

  /** Ends our side. The socket closes by itself once the client has ended its own. */
  constructor(socket: Socket, input: Http1Input) {
    this.#socket = socket;
    this.#input = input;
    socket.end();
  }

  takeInput(chunk: Buffer, offset: number): boolean {
    this.#input.advance(chunk.length);
    this.#discarded += chunk.length - offset;
    if (this.#discarded > LINGER_LIMIT) this.#socket.destroy();
    return true;
  }

  inputEnded(): void {}
}
