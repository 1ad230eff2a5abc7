// The client of paced.ts. It never sleeps while it sends: a timer's millisecond would be most of the latency.
import { once } from "node:events";
import net from "node:net";
import { text } from "node:stream/consumers";
import tls from "node:tls";
import type { PacedOptions, PacedResult } from "./paced.ts";
import { percentile } from "./percentile.ts";
import { ResponseReader } from "./response_reader.ts";

/** Seconds after which a server that owes answers is given up. */
const PATIENCE = 10;

class PacedClient {
  readonly #options: PacedOptions & { readonly url: string };
  readonly #requests: readonly { readonly head: Buffer; readonly status: number }[];
  /** Milliseconds between two requests. */
  readonly #distance: number;
  readonly #unmeasured: number;
  readonly #latencies: Float64Array;
  /** Sockets that wait for their next request, those that wait longest first. */
  readonly #free: net.Socket[] = [];
  readonly #under = new Map<net.Socket, number>();
  readonly #done = Promise.withResolvers<void>();
  #start = 0;
  #sent = 0;
  #answered = 0;
  #last = 0;
  #away = 0;

  constructor(options: PacedOptions & { readonly url: string }) {
    this.#options = options;
    const { host, pathname, search } = new URL(options.url);
    const requests = options.requests ?? [
      { head: `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, status: 200 },
    ];
    this.#requests = requests.map(({ head, status }) => ({ head: Buffer.from(head, "latin1"), status }));
    this.#distance = 1000 / options.rate;
    this.#unmeasured = Math.round((options.warmUp ?? 0.5) * options.rate);
    this.#latencies = new Float64Array(Math.max(1, Math.round(options.seconds * options.rate)));
  }

  async run(): Promise<PacedResult> {
    // A connection may fail before anybody waits for the end.
    this.#done.promise.catch(() => {});
    await Promise.all(Array.from({ length: this.#options.connections }, () => this.#connect()));
    this.#last = performance.now();
    this.#start = this.#last + 10;
    this.#pass();
    await this.#done.promise;
    for (const socket of this.#free) socket.destroy();
    const sorted = this.#latencies.sort();
    return {
      requests: sorted.length,
      rate: this.#options.rate,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      p999: percentile(sorted, 0.999),
      max: sorted.at(-1)!,
      away: this.#away,
    };
  }

  get #total(): number {
    return this.#unmeasured + this.#latencies.length;
  }

  async #connect(): Promise<void> {
    const { hostname, port, protocol } = new URL(this.#options.url);
    const reader = new ResponseReader();
    const read = (bytes: Buffer): void => {
      try {
        if (reader.read(bytes)) this.#complete(socket, reader.status);
      } catch (error) {
        this.#done.reject(error);
      }
    };
    const to = { port: Number(port), host: hostname };
    // Reading into one buffer makes no garbage, whose collection would count as the server's latency.
    const buffer = Buffer.allocUnsafe(65_536);
    const callback = (length: number): boolean => {
      read(buffer.subarray(0, length));
      return true;
    };
    const socket =
      protocol === "https:"
        ? tls.connect({ ...to, rejectUnauthorized: false }).on("data", read)
        : net.connect({ ...to, onread: { buffer, callback } });
    await once(socket, protocol === "https:" ? "secureConnect" : "connect");
    socket.setNoDelay(true);
    socket.on("error", (error) => this.#done.reject(error));
    socket.on("close", () => this.#done.reject(new Error("the server has closed a connection")));
    this.#free.push(socket);
  }

  /** Sends what is due by now, as far as connections are free. */
  #pass(): void {
    const now = performance.now();
    if (this.#sent >= this.#unmeasured) this.#away = Math.max(this.#away, (now - this.#last) * 1000);
    this.#last = now;
    const due = Math.min(this.#total, Math.floor((now - this.#start) / this.#distance) + 1);
    while (this.#sent < due && this.#free.length > 0) {
      const socket = this.#free.shift()!;
      this.#under.set(socket, this.#sent);
      socket.write(this.#requests[this.#sent % this.#requests.length]!.head);
      this.#sent++;
    }
    if (this.#answered === this.#total) return;
    const owed = now - this.#start - this.#total * this.#distance;
    if (owed > PATIENCE * 1000)
      this.#done.reject(new Error(`${PATIENCE} s behind the end answers are missing`));
    else setImmediate(() => this.#pass());
  }

  #complete(socket: net.Socket, status: number): void {
    const number = this.#under.get(socket);
    if (number === undefined) throw new Error("An answer to no request");
    const expected = this.#requests[number % this.#requests.length]!.status;
    if (status !== expected) throw new Error(`an answer with status ${status}, not ${expected}`);
    this.#under.delete(socket);
    const latency = performance.now() - (this.#start + number * this.#distance);
    if (number >= this.#unmeasured) this.#latencies[number - this.#unmeasured] = latency * 1000;
    this.#free.push(socket);
    this.#answered++;
    if (this.#answered === this.#total) this.#done.resolve();
  }
}

try {
  const result = await new PacedClient(JSON.parse(await text(process.stdin))).run();
  process.stdout.write(JSON.stringify(result));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
