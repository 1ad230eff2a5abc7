import { once } from "node:events";
import net from "node:net";

export interface TimedAnswer {
  readonly status: number;
  readonly text: string;
  /** From the first byte sent to the last one received. */
  readonly milliseconds: number;
}

/**
 * One connection that asks one thing after the other: what a request takes is not hidden behind a client's own work.
 * Answers need a Content-Length.
 */
export class TimedClient implements Disposable {
  readonly #socket: net.Socket;
  #received = "";
  #waiting: PromiseWithResolvers<TimedAnswer> | undefined;
  #since = 0;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (text: string) => this.#read(text));
    socket.on("error", (error) => this.#waiting?.reject(error));
    socket.on("close", () => this.#waiting?.reject(new Error("the connection was closed")));
  }

  static async open(url: string): Promise<TimedClient> {
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    await once(socket, "connect");
    return new TimedClient(socket);
  }

  get(host: string, path = "/"): Promise<TimedAnswer> {
    this.#received = "";
    this.#waiting = Promise.withResolvers();
    this.#since = performance.now();
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return this.#waiting.promise;
  }

  [Symbol.dispose](): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end === -1) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#received.slice(0, end))?.[1]);
    if (this.#received.length < end + 4 + length) return;
    const milliseconds = performance.now() - this.#since;
    const status = Number(this.#received.slice(9, 12));
    this.#waiting?.resolve({ status, text: this.#received.slice(end + 4), milliseconds });
  }
}
