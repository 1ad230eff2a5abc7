import type { Http1Input, InputOwner } from "./http1_input.ts";
import type { RequestBody } from "./request_body.ts";

/** Throws away the rest of a request body whose response is out. */
export class BodyDrain implements InputOwner {
  readonly #body: RequestBody;
  readonly #input: Http1Input;
  readonly #limit: number;
  readonly #done: (isUsable: boolean) => void;
  #discarded = 0;

  /** `limit`: bytes thrown away at most. `done` is told once whether the next request may follow. */
  constructor(body: RequestBody, input: Http1Input, limit: number, done: (isUsable: boolean) => void) {
    this.#body = body;
    this.#input = input;
    this.#limit = limit;
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
    if (!isUsable || this.#discarded > this.#limit) this.#done(false);
    else if (this.#body.isDone) this.#done(true);
    return true;
  }

  inputEnded(): void {
    this.#done(false);
  }
}
