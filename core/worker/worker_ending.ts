import type { Listeners } from "../front/listeners.ts";
import { HttpError } from "../http/http_error.ts";
import type { Logger } from "../observe/logger.ts";
import { hasWaiting } from "./accept_queue.ts";

export interface WorkerEndingOptions {
  readonly listeners: Listeners;
  /** Descriptors of the listening sockets. */
  readonly sockets: readonly number[];
  readonly logger: Logger;
  /** Called once, when the end begins. */
  readonly begin: () => void;
  /** Called once, when nothing is under way any more. */
  readonly end: () => Promise<void>;
}

/**
 * Milliseconds that idle connections may make one more request when the server stops: the request may be on its way
 * already, and so may that of a connection that was opened just now.
 */
const LAST_CALL = 250;

/** Turns at most until no connection waits to be accepted: under a flood one always does. */
const MOST_TURNS = 50;

/** The end of a worker: no new connections, what is under way is finished, and cut off when its time has passed. */
export class WorkerEnding {
  readonly #options: WorkerEndingOptions;
  /** Resolves with the reason when nobody waits any longer for what is under way. */
  readonly #cut = Promise.withResolvers<string>();
  #hasBegun = false;

  constructor(options: WorkerEndingOptions) {
    this.#options = options;
  }

  /** `gently`: idle connections may make one more request. May be called again with less patience. */
  drain(gently: boolean, timeout: number): void {
    const name = gently ? "reloadTimeout" : "drainTimeout";
    setTimeout(() => this.cut(`${name} has passed (${timeout} ms)`), timeout);
    // Never rejects but by a failure of `end`, which is an unhandled rejection and ends the process, too.
    void this.#begin();
    if (gently) return;
    const { listeners } = this.#options;
    setTimeout(() => void listeners.close(false), Math.min(LAST_CALL, timeout / 2));
  }

  /** Waits no longer. */
  cut(reason: string): void {
    this.#cut.resolve(reason);
    void this.#begin();
  }

  async #begin(): Promise<void> {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const { listeners, begin, end } = this.#options;
    begin();
    await waitingAccepted(this.#options.sockets);
    const finished = listeners.close(true);
    const reason = await Promise.race([finished.then(() => undefined), this.#cut.promise]);
    if (reason !== undefined) this.#cutOff(reason);
    await end();
  }

  #cutOff(reason: string): void {
    const error = new HttpError(503, "cut_off", `cut off by the end of the worker: ${reason}`);
    const exchanges = this.#options.listeners.destroy(error);
    if (exchanges > 0) this.#options.logger.warn({ exchanges, reason }, "exchanges cut off");
  }
}

/**
 * Turns of the event loop until the kernel's queue is empty: connections that wait there are accepted in them. With the
 * last process that has the socket open its queue goes as well.
 */
async function waitingAccepted(fds: readonly number[]): Promise<void> {
  for (let turn = 0; turn < 2 || (turn < MOST_TURNS && hasWaiting(fds)); turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
