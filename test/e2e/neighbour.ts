import { Agent } from "node:http";
import { request } from "../support/request.ts";

/** Requests each second. */
const RATE = 200;
/** Connections. Of a worker that ends, so many requests can be lost at most. */
export const CONNECTIONS = 32;
/** Requests that may wait for their answer; a server that answers no more must not fill this process. */
const MOST_WAITING = 5_000;

/**
 * A client that asks for the same page at a steady rate, whatever becomes of the requests before, and keeps count.
 * Latency is counted from the time a request was due, so that a stall shows in every request that came meanwhile.
 */
export class Neighbour implements AsyncDisposable {
  /** Requests answered with 200. */
  answered = 0;
  /** What went wrong, a status or an error, and how often. */
  readonly failures = new Map<string, number>();
  /** Milliseconds of every answer, in no order. */
  readonly #latencies: number[] = [];
  #slowestLately = 0;
  readonly #url: string;
  readonly #host: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #timer: NodeJS.Timeout;
  readonly #waiting = new Set<Promise<void>>();
  readonly #began = performance.now();
  #sent = 0;

  constructor(url: string, host: string) {
    this.#url = url;
    this.#host = host;
    this.#timer = setInterval(() => this.#sendDue(), 1000 / RATE);
  }

  /** Milliseconds the slowest answer took. */
  get slowest(): number {
    return this.percentile(100);
  }

  /** Milliseconds the slowest answer since the last look took. */
  lately(): number {
    const slowest = this.#slowestLately;
    this.#slowestLately = 0;
    return slowest;
  }

  /** Milliseconds within which so many percent of the answers came; 0 when there are none. */
  percentile(percent: number): number {
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
  }

  toString(): string {
    const failures = [...this.failures].map(([what, times]) => `${times} x ${what}`).join(", ");
    const [p50, p99, slowest] = [50, 99, 100].map((percent) => this.percentile(percent).toFixed(1));
    return `${this.answered} answers, p50 ${p50} ms, p99 ${p99} ms, slowest ${slowest} ms, failures: ${failures || "none"}`;
  }

  /** Sends no more and waits for the answers that are due. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#waiting);
    this.#agent.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }

  #sendDue(): void {
    const now = performance.now() - this.#began;
    for (; (this.#sent * 1000) / RATE <= now; this.#sent++) {
      if (this.#waiting.size >= MOST_WAITING) continue;
      const answer = this.#ask(this.#began + (this.#sent * 1000) / RATE);
      this.#waiting.add(answer);
      void answer.finally(() => this.#waiting.delete(answer));
    }
  }

  async #ask(due: number): Promise<void> {
    const outcome = await request(this.#url, { host: this.#host, agent: this.#agent }).then(
      (answer) => (answer.status === 200 ? undefined : `status ${answer.status}`),
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
    const latency = performance.now() - due;
    this.#latencies.push(latency);
    this.#slowestLately = Math.max(this.#slowestLately, latency);
    if (outcome === undefined) this.answered++;
    else this.failures.set(outcome, (this.failures.get(outcome) ?? 0) + 1);
  }
}
