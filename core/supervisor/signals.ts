import { closeSync, openSync } from "node:fs";
import { isatty } from "node:tty";

/** What an operator asks for by a signal. */
export interface SignalHandler {
  /** SIGTERM, SIGINT or SIGQUIT; `times` counts from 1. `number` is the signal's, for the exit code. */
  stop(times: number, number: number): void;
  /** SIGHUP. */
  reload(): void;
  /** SIGUSR2. */
  upgrade(): void;
}

const SIGINT = 2;
const SIGQUIT = 3;
const SIGTERM = 15;
/**
 * Milliseconds within which signals count as one. A terminal and a service manager signal the whole group of
 * processes, and a launcher or npm in the same group passes on what it got.
 */
const ECHO = 250;

/** Listens to the process's signals until `close`. */
export class Signals {
  readonly #handler: SignalHandler;
  readonly #onInterrupt = (): void => this.#stop(SIGINT);
  readonly #onTerminate = (): void => this.#stop(SIGTERM);
  readonly #onHangup = (): void => this.#hangup();
  readonly #onUser = (): void => this.#handler.upgrade();
  readonly #onQuit = (): void => this.#stop(SIGQUIT);
  readonly #onTerminal = [0, 1, 2].some((fd) => isatty(fd));
  #times = 0;
  #lastStop = Number.NEGATIVE_INFINITY;

  constructor(handler: SignalHandler) {
    this.#handler = handler;
    process.on("SIGINT", this.#onInterrupt);
    process.on("SIGTERM", this.#onTerminate);
    process.on("SIGHUP", this.#onHangup);
    process.on("SIGUSR2", this.#onUser);
    process.on("SIGQUIT", this.#onQuit);
  }

  close(): void {
    process.off("SIGINT", this.#onInterrupt);
    process.off("SIGTERM", this.#onTerminate);
    process.off("SIGHUP", this.#onHangup);
    process.off("SIGUSR2", this.#onUser);
    process.off("SIGQUIT", this.#onQuit);
  }

  #stop(number: number): void {
    const now = performance.now();
    if (now - this.#lastStop < ECHO) return;
    this.#lastStop = now;
    this.#handler.stop(++this.#times, number);
  }

  /** The same signal means "reload" from an operator and "the window was closed" from the terminal. */
  #hangup(): void {
    if (this.#onTerminal && !hasTerminal()) this.#stop(SIGTERM);
    else this.#handler.reload();
  }
}

/** Whether the process still has its controlling terminal. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
