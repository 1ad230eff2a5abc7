import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "../support/request.ts";

/** A client that asks for the same page again and again, one request after the other, and keeps count. */
export class Neighbour implements AsyncDisposable {
  /** Requests answered with 200. */
  answered = 0;
  /** What went wrong, a status or an error, and how often. */
  readonly failures = new Map<string, number>();
  /** Milliseconds the slowest answer took, and when it began. */
  slowest = 0;
  readonly #url: string;
  readonly #host: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #leaving = false;
  readonly #finished: Promise<void>;

  constructor(url: string, host: string) {
    this.#url = url;
    this.#host = host;
    this.#finished = this.#run();
  }

  toString(): string {
    const failures = [...this.failures].map(([what, times]) => `${times} x ${what}`).join(", ");
    return `${this.answered} answers, slowest ${this.slowest.toFixed(0)} ms, failures: ${failures || "none"}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leaving = true;
    await this.#finished;
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    while (!this.#leaving) {
      const started = performance.now();
      const outcome = await request(this.#url, { host: this.#host, agent: this.#agent }).then(
        (answer) => (answer.status === 200 ? undefined : `status ${answer.status}`),
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      );
      this.slowest = Math.max(this.slowest, performance.now() - started);
      if (outcome === undefined) this.answered++;
      else this.failures.set(outcome, (this.failures.get(outcome) ?? 0) + 1);
      // Leaves the machine's other core to the proxy; the misbehaving script is what is to be slow here.
      await sleep(1);
    }
  }
}
