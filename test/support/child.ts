import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildOptions {
  readonly env?: Record<string, string | undefined>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. */
  readonly input?: string | Uint8Array;
}

/** A program run for a test: output collected, killed at the end of its scope if it still runs. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  stdout = "";
  stderr = "";
  /** Settles when the program has ended and its output is complete; rejects when it could not be started. */
  readonly ended: Promise<ChildResult>;

  constructor(command: string, args: readonly string[], options: ChildOptions = {}) {
    this.process = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    this.process.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.process.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    // A program may end without having read all its input.
    this.process.stdin?.on("error", () => {});
    this.process.stdin?.end(options.input);
    this.ended = this.#wait();
    // Whoever awaits `ended` gets the failure; without this line nobody awaiting would end the whole test run.
    this.ended.catch(() => {});
  }

  get pid(): number {
    return this.process.pid!;
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) this.process.kill("SIGKILL");
    await this.ended.catch(() => {});
  }

  async #wait(): Promise<ChildResult> {
    const [code, signal] = (await once(this.process, "close")) as [number | null, NodeJS.Signals | null];
    return { code, signal, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options?: ChildOptions,
): Promise<ChildResult> {
  await using child = new Child(command, args, options);
  return await child.ended;
}
