import { Agent, get } from "node:http";

export interface SteadyLoadOptions {
  /** Clients that keep their connection, and those that open one for each request. */
  readonly keepAlive: number;
  readonly fresh: number;
  /** Milliseconds a client rests between an answer and its next request, by default 2. */
  readonly rest?: number;
  /** Milliseconds without an answer that count as a failure, by default 10 s. */
  readonly timeout?: number;
}

export interface LoadFailure {
  readonly kind: "keep-alive" | "fresh";
  readonly reason: string;
  /** Whether the connection had carried a request before. */
  readonly isReused: boolean;
  /** On the clock of `performance.now()`. */
  readonly at: number;
}

/**
 * Clients that ask one thing after the other until they are told to stop. Nothing is tried again: whatever is not a 200
 * with the whole body is a failure.
 */
export class SteadyLoad implements AsyncDisposable {
  requests = 0;
  /** Milliseconds of the request that took longest. */
  slowest = 0;
  readonly failures: LoadFailure[] = [];
  readonly #url: string;
  readonly #options: SteadyLoadOptions;
  readonly #agents: Agent[] = [];
  readonly #clients: Promise<void>[];
  #isOver = false;

  constructor(url: string, options: SteadyLoadOptions) {
    this.#url = url;
    this.#options = options;
    this.#clients = [
      ...Array.from({ length: options.keepAlive }, () => this.#run("keep-alive")),
      ...Array.from({ length: options.fresh }, () => this.#run("fresh")),
    ];
  }

  /** Lets every client finish its request. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
    for (const agent of this.#agents) agent.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(kind: LoadFailure["kind"]): Promise<void> {
    const agent = new Agent({ keepAlive: kind === "keep-alive", maxSockets: 1 });
    this.#agents.push(agent);
    while (!this.#isOver) {
      const began = performance.now();
      try {
        await ask(this.#url, agent, this.#options.timeout ?? 10_000);
      } catch (error) {
        this.failures.push({ kind, ...(error as RequestError).told, at: performance.now() });
      }
      this.requests++;
      this.slowest = Math.max(this.slowest, performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, this.#options.rest ?? 2));
    }
  }
}

class RequestError extends Error {
  readonly told: Pick<LoadFailure, "reason" | "isReused">;

  constructor(cause: Error, isReused: boolean) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super(message, { cause });
    this.told = { reason: code === undefined ? message : `${code} ${message}`, isReused };
  }
}

/** Rejects with a RequestError. */
function ask(url: string, agent: Agent, timeout: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const request = get(url, { agent }, (response) => {
    response.resume();
    response.on("end", () => {
      if (response.statusCode === 200 && response.complete) resolve();
      else fail(new Error(`status ${response.statusCode}`));
    });
    response.on("error", fail);
  });
  const fail = (error: Error): void => reject(new RequestError(error, request.reusedSocket));
  request.setTimeout(timeout, () => request.destroy(new Error(`no answer for ${timeout} ms`)));
  request.on("error", fail);
  return promise;
}
