import { closeSync, openSync, readFileSync } from "node:fs";
import type { Logger } from "./logger.ts";

/** Milliseconds between two looks, and so between two warnings. */
const LOOK = 1000;
/** Descriptors that are free when it is told: accepting and connecting fail soon. */
const MARGIN = 8;

export const MORE_FILES =
  "raise it: LimitNOFILE= of a systemd unit, --ulimit nofile= of docker, ulimit -n of a shell";

/** How many files this process may have open, sockets included; undefined where Linux does not tell. */
export function openFilesLimit(): number | undefined {
  try {
    // Node has raised the soft limit to the hard one.
    const soft = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/**
 * Warns, at most once a second, while a process has no descriptors left. Accepting fails without a word then: libuv
 * closes the connections that wait. The kernel gives out the lowest free number, so that one says how many are taken.
 */
export class OpenFiles {
  readonly #logger: Logger;
  readonly #limit: number | undefined;
  readonly #timer: NodeJS.Timeout;
  #isShort = false;

  constructor(logger: Logger, limit = openFilesLimit()) {
    this.#logger = logger;
    this.#limit = limit;
    this.#timer = setInterval(() => this.look(), LOOK).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Warns when there is reason to. */
  look(): void {
    const isShort = this.#isFull();
    const limit = this.#limit;
    if (isShort)
      this.#logger.warn(
        { limit },
        `too many open files: new connections are dropped, the others go on. The limit is ${limit}; ${MORE_FILES}`,
      );
    else if (this.#isShort) this.#logger.info({ limit }, "there are file descriptors again");
    this.#isShort = isShort;
  }

  #isFull(): boolean {
    try {
      const fd = openSync("/dev/null", "r");
      closeSync(fd);
      return this.#limit !== undefined && fd >= this.#limit - MARGIN;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === "EMFILE" || code === "ENFILE";
    }
  }
}
