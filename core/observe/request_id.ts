import { randomBytes } from "node:crypto";

/**
 * Names exchanges: `Zk3h_Q8x-1f`. The first part is random per process, 48 bits, so that ids of different
 * workers and of different lives of a worker differ; the second counts. Short, and safe in a URL or a field
 * value. Not a secret: whoever has seen one can guess the next.
 */
export class RequestIds {
  readonly #prefix: string;
  #count = 0;

  constructor(random: (size: number) => Buffer = randomBytes) {
    this.#prefix = `${random(6).toString("base64url")}-`;
  }

  next(): string {
    return this.#prefix + (this.#count++).toString(36);
  }
}
