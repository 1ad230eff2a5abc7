import type { Http1Input, InputOwner } from "./http1_input.ts";
import type { RequestBody } from "./request_body.ts";

/** Bytes of an unread request body that are read and thrown away so that the connection can go on. */
export const DRAIN_LIMIT = 65_536;
/** Milliseconds that may take. */
export const DRAIN_TIME = 5_000;

/** Throws away the rest of a request body whose response is out. */
export class BodyDrain implements InputOwner {
  readonly #body: RequestBody;
  readonly #input: Http1Input;
  readonly #done: (isUsable: boolean) => void;
  #discarded = 0;

  /** `done` is told once whether the next request may follow. */
  constructor(body: RequestBody, input: Http1Input, done: (isUsable: boolean) => void) {
    this.#body = body;
    this.#input = input;
    this.#done = done;
  }

  takeInput(chunk: Buffer, offset: number): boolean {
    let end = chunk.length;
    let isUsable = true;
    try {
      end = this.#body.take(chunk, offset);
    } catch {
      isUsable = false;
    }
    this.#input.advance(end);
    this.#discarded += end - offset;
    if (!isUsable || this.#discarded > DRAIN_LIMIT) this.#done(false);
    else if (this.#body.isDone) this.#done(true);
    return true;
  }

  inputEnded(): void {
    this.#done(false);
  }
}
