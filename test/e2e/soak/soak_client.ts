// A process of its own that keeps up a load of many kinds of requests: `node soak_client.ts URL RATE`. RATE is requests
// each second, 0 for as many as are answered. SIGTERM ends it; it prints what it saw as one line of JSON.
import { randomBytes } from "node:crypto";
import { Agent, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";

export interface SoakReport {
  answered: number;
  /** What went wrong, and how often. */
  failures: Record<string, number>;
  /** Milliseconds from the time a request was due. */
  p50: number;
  p99: number;
  slowest: number;
  seconds: number;
}

interface Kind {
  readonly path: string;
  readonly method?: string;
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of the answer. */
  readonly length: number;
  /** On a connection of its own. */
  readonly fresh?: boolean;
}

const UPLOAD = randomBytes(65_536);
/** Milliseconds in which every answer must come. */
const PATIENCE = 20_000;
/** Requests under way at once when there is no rate. */
const TOGETHER = 16;
const CONNECTIONS = 64;

/** What is asked for, one after the other. Lengths are those that `soak.test.ts` configures. */
const KINDS: readonly Kind[] = [
  { path: "/script", length: 6 },
  { path: "/small.txt", length: 1024 },
  { path: "/app/1k", length: 1024 },
  { path: "/script", length: 6, fresh: true },
  { path: "/small.txt", length: 1024, headers: { range: "bytes=0-" } },
  { path: "/fetched", length: 1024 },
  { path: "/large.bin", length: 1_048_576 },
  { path: "/script", length: 6 },
  { path: "/app/upload", method: "POST", body: UPLOAD, length: 5 },
  { path: "/app/1k", length: 1024, fresh: true },
];

class SoakClient {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #failures: Record<string, number> = {};
  /** When a connection was last done with a request. */
  readonly #freed = new WeakMap<Socket, number>();
  /** A sample of the milliseconds. */
  readonly #latencies = new Float32Array(1_000_000);
  #answered = 0;
  #sent = 0;
  #waiting = 0;
  readonly #began = performance.now();
  #isEnding = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(url: string) {
    this.#url = url;
    this.#agent.on("free", (socket: Socket) => this.#freed.set(socket, performance.now()));
  }

  /** Requests each second, whatever becomes of those before. */
  keepUp(rate: number): void {
    const timer = setInterval(() => {
      if (this.#isEnding) return clearInterval(timer);
      const due = ((performance.now() - this.#began) * rate) / 1000;
      while (this.#sent < due) this.#ask(this.#began + (this.#sent * 1000) / rate);
    }, 2);
  }

  /** As many as are answered. */
  keepBusy(): void {
    while (this.#waiting < TOGETHER && !this.#isEnding) this.#ask(performance.now());
    if (!this.#isEnding) setImmediate(() => this.keepBusy());
  }

  async end(): Promise<SoakReport> {
    this.#isEnding = true;
    const seconds = (performance.now() - this.#began) / 1000;
    if (this.#waiting > 0) await this.#ended.promise;
    this.#agent.destroy();
    const count = Math.min(this.#answered, this.#latencies.length);
    const sorted = this.#latencies.subarray(0, count).toSorted();
    const at = (percent: number) => sorted[Math.max(0, Math.ceil((count * percent) / 100) - 1)] ?? 0;
    return {
      answered: this.#answered,
      failures: this.#failures,
      p50: at(50),
      p99: at(99),
      slowest: at(100),
      seconds,
    };
  }

  #ask(due: number): void {
    const kind = KINDS[this.#sent % KINDS.length]!;
    this.#sent++;
    this.#waiting++;
    const { path, method = "GET", body, headers = {}, fresh = false } = kind;
    const sent = request(
      new URL(path, this.#url),
      {
        method,
        headers: { host: "soak.test", ...headers },
        agent: fresh ? false : this.#agent,
        timeout: PATIENCE,
      },
      (answer) => this.#read(kind, answer, due),
    );
    let origin = "a new connection";
    sent.on("socket", (socket) => {
      const freed = this.#freed.get(socket);
      if (freed !== undefined)
        origin = `a connection idle for ${Math.round((performance.now() - freed) / 1000)} s`;
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.on("error", (error: NodeJS.ErrnoException) =>
      this.#done(`${path}: ${error.code ?? error.message}, on ${origin}`, due),
    );
    sent.end(body);
  }

  #read(kind: Kind, answer: IncomingMessage, due: number): void {
    let length = 0;
    answer.on("data", (chunk: Buffer) => {
      length += chunk.length;
    });
    answer.on("error", (error) => this.#done(`${kind.path}: ${error.message}`, due));
    answer.on("end", () => {
      const isFine = (answer.statusCode === 200 || answer.statusCode === 206) && length === kind.length;
      this.#done(isFine ? undefined : `${kind.path}: ${answer.statusCode} with ${length} bytes`, due);
    });
  }

  #done(failure: string | undefined, due: number): void {
    this.#waiting--;
    if (failure !== undefined) this.#failures[failure] = (this.#failures[failure] ?? 0) + 1;
    else this.#latencies[this.#answered++ % this.#latencies.length] = performance.now() - due;
    if (this.#isEnding && this.#waiting === 0) this.#ended.resolve();
  }
}

if (import.meta.main) {
  const [url = "", rate = "0"] = process.argv.slice(2);
  const client = new SoakClient(url);
  process.on("SIGTERM", async () => {
    process.stdout.write(`${JSON.stringify(await client.end())}\n`);
  });
  if (Number(rate) > 0) client.keepUp(Number(rate));
  else client.keepBusy();
}
