import { type ChildProcess, spawn } from "node:child_process";
import type { InheritedListener, SupervisorMessage, WorkerMessage } from "./messages.ts";

/** Gets what happens to a worker. */
export interface WorkerObserver {
  message(worker: WorkerProcess, message: WorkerMessage): void;
  /** Called exactly once. `reason` is one phrase, such as `killed by SIGKILL`. */
  ended(worker: WorkerProcess, reason: string, clean: boolean): void;
}

/** isolated-vm needs the first; without the second its limits do not hold (docs/decisions/0006). */
const WORKER_FLAGS = ["--no-node-snapshot", "--no-use-osr"];

/** Inherited descriptors follow standard input, output, error and the IPC channel. */
const FIRST_INHERITED = 4;

/** The descriptors under which a worker finds the listening sockets it is born with. */
export function inheritedListeners(
  sockets: readonly Pick<InheritedListener, "address">[],
): InheritedListener[] {
  return sockets.map(({ address }, i) => ({ fd: FIRST_INHERITED + i, address }));
}

/** One worker as the supervisor sees it: its process and what it has said so far. */
export class WorkerProcess {
  /** Which of the workers this one is; a replacement takes over the slot. */
  readonly slot: number;
  readonly startedAt = performance.now();
  /** Has been sent the start message. */
  told = false;
  /** Has answered `ready` and has not said that it is leaving. */
  serving = false;
  readonly #child: ChildProcess;
  #ended = false;

  /**
   * @param fds listening sockets of this process.
   * @param file the worker's program.
   */
  constructor(slot: number, file: string, fds: readonly number[], observer: WorkerObserver) {
    this.slot = slot;
    this.#child = spawn(process.execPath, [...WORKER_FLAGS, file], {
      stdio: ["ignore", "inherit", "inherit", "ipc", ...fds],
      serialization: "advanced",
    });
    this.#child.on("message", (message) => observer.message(this, message as WorkerMessage));
    this.#child.once("exit", (code, signal) => {
      this.#end(observer, signal === null ? `exit code ${code}` : `killed by ${signal}`, code === 0);
    });
    // Also emitted when a signal or a message cannot be delivered, which the exit explains soon enough.
    this.#child.on("error", (error) => {
      if (this.#child.pid === undefined) this.#end(observer, `cannot be started: ${error.message}`, false);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Milliseconds since the process was started. */
  get age(): number {
    return performance.now() - this.startedAt;
  }

  send(message: SupervisorMessage): void {
    // Not deliverable means that the worker has gone; `ended` tells.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #end(observer: WorkerObserver, reason: string, clean: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.serving = false;
    observer.ended(this, reason, clean);
  }
}
