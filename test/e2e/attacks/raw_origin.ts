import { once } from "node:events";
import net from "node:net";

const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A backend that keeps every byte it gets, and answers each head alike, whatever is in it. */
export class RawOrigin implements AsyncDisposable {
  /** What came on each connection, as Latin-1. */
  readonly received: string[] = [];
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor() {
    this.#server = net.createServer((socket) => {
      const index = this.received.push("") - 1;
      this.#sockets.add(socket);
      socket.setEncoding("latin1").on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("data", (text: string) => {
        const before = this.received[index]!.split("\r\n\r\n").length;
        this.received[index] += text;
        const heads = this.received[index]!.split("\r\n\r\n").length - before;
        socket.write(ANSWER.repeat(heads));
      });
    });
  }

  static async start(): Promise<RawOrigin> {
    const origin = new RawOrigin();
    origin.#server.listen(0, "127.0.0.1");
    await once(origin.#server, "listening");
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
