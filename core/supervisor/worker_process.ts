import { type ChildProcess, spawn } from "node:child_process";
import type { HeartbeatRecord } from "../script/limits/heartbeat_record.ts";
import { HeartbeatFile } from "./heartbeat_file.ts";
import type { InheritedListener, SupervisorMessage, WorkerMessage } from "./messages.ts";

/** How a worker has ended. */
export interface WorkerEnd {
  /** One phrase, such as `killed by SIGKILL`. */
  readonly reason: string;
  readonly signal: NodeJS.Signals | null;
  readonly clean: boolean;
}

export interface WorkerProgram {
  /** Path of the worker's program. */
  readonly file: string;
  /** Flags of Node and V8. */
  readonly flags: readonly string[];
  /** Listening sockets of this process that it inherits. */
  readonly fds: readonly number[];
}

/** Gets what happens to a worker. */
export interface WorkerObserver {
  message(worker: WorkerProcess, message: WorkerMessage): void;
  /** Called exactly once, before its heartbeat file is closed. */
  ended(worker: WorkerProcess, end: WorkerEnd): void;
}

/**
 * isolated-vm needs the first; without the second its limits do not hold (docs/decisions/0006); without the third SIGUSR1
 * would open a debugger.
 */
export const WORKER_FLAGS: readonly string[] = ["--no-node-snapshot", "--no-use-osr", "--disable-sigusr1"];

/** Inherited descriptors follow standard input, output, error and the IPC channel. */
const FIRST_INHERITED = 4;

/** The descriptors under which a worker finds the listening sockets it is born with. */
export function inheritedListeners(sockets: readonly Omit<InheritedListener, "fd">[]): InheritedListener[] {
  return sockets.map(({ address, spoken }, i) => ({ fd: FIRST_INHERITED + i, address, spoken }));
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
  /** Descriptor under which the worker finds its heartbeat file, undefined without one. */
  readonly heartbeat: number | undefined;
  /** Has been told to end, or has said that it will. */
  leaving = false;
  readonly #child: ChildProcess;
  readonly #file = HeartbeatFile.open();
  /** Signs of life that came as messages, for want of a file. */
  #signs = 0;
  #ended = false;

  constructor(slot: number, { file, flags, fds }: WorkerProgram, observer: WorkerObserver) {
    this.slot = slot;
    this.heartbeat = this.#file && FIRST_INHERITED + fds.length;
    this.#child = spawn(process.execPath, [...flags, file], {
      stdio: ["ignore", "inherit", "inherit", "ipc", ...fds, ...(this.#file ? [this.#file.fd] : [])],
      serialization: "advanced",
    });
    this.#child.on("message", (message) => this.#hear(message as WorkerMessage, observer));
    this.#child.once("exit", (code, signal) => {
      const reason = signal === null ? `exit code ${code}` : `killed by ${signal}`;
      this.#end(observer, { reason, signal, clean: code === 0 });
    });
    // Also emitted when a signal or a message cannot be delivered, which the exit explains soon enough.
    this.#child.on("error", (error) => {
      if (this.#child.pid !== undefined) return;
      this.#end(observer, { reason: `cannot be started: ${error.message}`, signal: null, clean: false });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Its last sign of life. Without a file any site may be running. */
  get record(): HeartbeatRecord {
    if (this.#file !== undefined && this.#signs === 0) return this.#file.read();
    return { sequence: this.#signs, site: -1, activity: this.#signs === 0 ? "none" : "entry", grower: -1 };
  }

  get state(): "starting" | "serving" | "leaving" {
    if (this.leaving) return "leaving";
    return this.serving ? "serving" : "starting";
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

  #hear(message: WorkerMessage, observer: WorkerObserver): void {
    if (message.type === "alive") this.#signs++;
    else observer.message(this, message);
  }

  #end(observer: WorkerObserver, end: WorkerEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.serving = false;
    observer.ended(this, end);
    this.#file?.close();
  }
}
