import type { Logger } from "./logger.ts";

/** Milliseconds between two lines. */
const PAUSE = 1_000;

/** Warns of connections that were closed at once because a limit is reached: a line a second, which tells how many. */
export class TurnedAway {
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  /** Not told of yet. */
  #connections = 0;
  #limit = "";
  #client = "";

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `limit` is the field of the configuration that was reached. */
  add(limit: string, client: string): void {
    this.#connections++;
    this.#limit = limit;
    this.#client = client;
    if (this.#timer !== undefined) return;
    this.#tell();
    this.#timer = setInterval(() => this.#look(), PAUSE).unref();
  }

  /** Tells what is left. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#tell();
  }

  #look(): void {
    if (this.#connections === 0) this.close();
    else this.#tell();
  }

  #tell(): void {
    if (this.#connections === 0) return;
    this.#logger.warn(
      { limit: this.#limit, client: this.#client, connections: this.#connections },
      "connections closed at once: there are too many",
    );
    this.#connections = 0;
  }
}
