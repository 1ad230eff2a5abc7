import { spawn } from "node:child_process";
import type { Logger } from "../observe/logger.ts";

export interface ServiceManagerOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: () => Logger;
  /** Sends notifications; Node itself has no datagram sockets of the Unix kind. */
  readonly program?: string;
}

/** Milliseconds one notification may take. */
const DEADLINE = 10_000;
/** Notifications that may wait for the one before; a service manager that takes none gets no more. */
const MOST_WAITING = 20;

/**
 * Tells systemd what this process does (sd_notify(3)), by the program `systemd-notify`: one at a time, in their order,
 * and nothing waits for it that serves requests. Without `NOTIFY_SOCKET` nothing is told.
 */
export class ServiceManager {
  readonly #options: ServiceManagerOptions;
  #isThere: boolean;
  readonly #watchdog: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #hasWarned = false;

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
    const { NOTIFY_SOCKET, WATCHDOG_USEC } = options.environment;
    this.#isThere = NOTIFY_SOCKET !== undefined && NOTIFY_SOCKET !== "";
    // Half of the time it waits, as sd_watchdog_enabled(3) recommends.
    const interval = Math.floor(Number(WATCHDOG_USEC) / 2000);
    if (!this.#isThere || !(interval > 0)) return;
    this.#watchdog = setInterval(() => void this.notify({ WATCHDOG: "1" }), Math.min(interval, 2 ** 31 - 1));
    this.#watchdog.unref();
  }

  /** It serves. `mainPid` when that is not the process that the service manager has started. */
  ready(status: string, mainPid?: number): Promise<void> {
    const pid = mainPid === undefined ? {} : { MAINPID: String(mainPid) };
    return this.notify({ ...pid, READY: "1", STATUS: status });
  }

  reloading(): Promise<void> {
    // What process.hrtime reads is CLOCK_MONOTONIC.
    const microseconds = process.hrtime.bigint() / 1000n;
    return this.notify({ RELOADING: "1", MONOTONIC_USEC: String(microseconds), STATUS: "reloading" });
  }

  stopping(): Promise<void> {
    return this.notify({ STOPPING: "1", STATUS: "finishing what is under way" });
  }

  /** Resolves when it was told, or could not be. Never rejects. */
  notify(state: Readonly<Record<string, string>>): Promise<void> {
    if (!this.#isThere || this.#waiting >= MOST_WAITING) return Promise.resolve();
    this.#waiting++;
    const words = Object.entries(state).map(([name, value]) => `${name}=${value.replaceAll("\n", " ")}`);
    this.#last = this.#last
      .then(() => this.#send(words))
      .finally(() => {
        this.#waiting--;
      });
    return this.#last;
  }

  /** Nothing more is taken; what waits is still told, a stop among it. */
  close(): void {
    this.#isThere = false;
    clearInterval(this.#watchdog);
  }

  #send(words: readonly string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { program = "systemd-notify", environment } = this.#options;
    const child = spawn(program, words, {
      stdio: ["ignore", "ignore", "pipe"],
      env: environment,
      timeout: DEADLINE,
    });
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(0, 1000);
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      const missing = `the program ${program} is missing (Debian: package systemd)`;
      this.#warn(error.code === "ENOENT" ? missing : error.message);
      resolve();
    });
    child.once("close", (code, signal) => {
      if (code !== 0)
        this.#warn(complaint.trim() || `${program} ended with ${signal ?? `exit code ${code}`}`);
      resolve();
    });
    return promise;
  }

  #warn(reason: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.logger().warn({ reason }, "systemd cannot be told of this server's state");
  }
}
