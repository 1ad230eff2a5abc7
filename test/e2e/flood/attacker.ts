// A process of its own that attacks a proxy, so that the clients beside it are measured undisturbed:
// `node attacker.ts ATTACK URL COUNT SECONDS`. Prints what it saw as one line of JSON.
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What an attacker saw. */
export interface AttackReport {
  /** Connections opened, those that the proxy closed at once included. */
  opened: number;
  /** Connections the proxy has ended so far. */
  ended: number;
  /** Answers by status. */
  statuses: Record<string, number>;
}

interface Attack {
  /** What each connection sends first. */
  readonly first: string;
  /** What it sends every second from then on. */
  readonly drip?: string;
  /** Whether it reads what comes. */
  readonly reads: boolean;
}

const POST = "POST /upload HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000000\r\n\r\n";

const HELD: Readonly<Record<string, Attack>> = {
  "slow heads": { first: "GET / HTTP/1.1\r\nHost: a.test\r\nX-Slow: ", drip: "x", reads: true },
  "slow bodies": { first: POST, drip: "x", reads: true },
  "slow readers": { first: "GET /large HTTP/1.1\r\nHost: a.test\r\n\r\n", reads: false },
  "silent connections": { first: "", reads: true },
  "idle connections": { first: "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", reads: true },
};

/** Connections opened before the event loop turns. */
const AT_ONCE = 100;

class Attacker {
  readonly report: AttackReport = { opened: 0, ended: 0, statuses: {} };
  readonly #host: string;
  readonly #port: number;
  readonly #open = new Set<net.Socket>();

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
  }

  /** Holds `count` connections open for as long as the proxy lets it. */
  async hold(attack: Attack, count: number, seconds: number): Promise<void> {
    for (let begun = 0; begun < count; begun++) {
      this.#connect(attack.first, attack.reads);
      if (begun % AT_ONCE === 0) await sleep(5);
    }
    for (let second = 0; second < seconds; second++) {
      if (attack.drip !== undefined) for (const socket of this.#open) socket.write(attack.drip);
      await sleep(1000);
    }
  }

  /** Opens and resets connections as fast as it can. */
  async flood(count: number): Promise<void> {
    for (let begun = 0; begun < count; begun++) {
      const socket = this.#connect("GET / HTTP/1.1\r\n", false);
      socket.once("connect", () => socket.resetAndDestroy());
      while (this.#open.size > 2 * AT_ONCE) await sleep(1);
    }
    while (this.#open.size > 0) await sleep(10);
  }

  /** Sends all requests of one connection without waiting for an answer. */
  async pipeline(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = this.#connect("", true, (statuses) => {
      const answered = Object.values(statuses).reduce((sum, times) => sum + times, 0);
      if (answered >= count) resolve();
    });
    socket.on("close", () => resolve());
    const batch = "GET /pipelined HTTP/1.1\r\nHost: a.test\r\n\r\n".repeat(AT_ONCE);
    for (let sent = 0; sent < count; sent += AT_ONCE) {
      if (!socket.write(batch))
        await Promise.race([new Promise((done) => socket.once("drain", done)), promise]);
    }
    await promise;
  }

  end(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #connect(first: string, reads: boolean, answered?: (statuses: Record<string, number>) => void): net.Socket {
    const socket = net.connect(this.#port, this.#host);
    this.report.opened++;
    this.#open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      if (this.#open.delete(socket)) this.report.ended++;
    });
    if (first !== "") socket.write(first);
    if (!reads) return socket.pause();
    let rest = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      const received = rest + text;
      for (const [, status] of received.matchAll(/HTTP\/1\.1 (\d{3}) /g))
        this.report.statuses[status!] = (this.report.statuses[status!] ?? 0) + 1;
      // A status line may be cut in two; what is kept holds no whole one.
      rest = received.slice(Math.max(received.lastIndexOf("HTTP/1.1 ") + 13, received.length - 12));
      answered?.(this.report.statuses);
    });
    return socket;
  }
}

if (import.meta.main) {
  const [name = "", url = "", count = "0", seconds = "0"] = process.argv.slice(2);
  const attacker = new Attacker(url);
  if (name === "connection flood") await attacker.flood(Number(count));
  else if (name === "pipelined requests") await attacker.pipeline(Number(count));
  else await attacker.hold(HELD[name]!, Number(count), Number(seconds));
  process.stdout.write(`${JSON.stringify(attacker.report)}\n`);
  attacker.end();
}
