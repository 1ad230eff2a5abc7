import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Asks for one thing again and again over one connection, each time when the answer is there. */
export class KeepAliveClient implements Disposable {
  readonly #socket: Socket;
  readonly #request: string;
  /** Bytes of an answer: they are all alike. */
  #length = 0;

  private constructor(socket: Socket, request: string) {
    this.#socket = socket;
    this.#request = request;
  }

  static async connect(url: string, host: string): Promise<KeepAliveClient> {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, "connect");
    const client = new KeepAliveClient(socket, `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    socket.write(client.#request);
    const [first] = (await once(socket, "data")) as [Buffer];
    client.#length = first.length;
    return client;
  }

  /** Resolves when so many answers have come. */
  async ask(times: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let asked = 1;
    let received = 0;
    const take = (chunk: Buffer): void => {
      received += chunk.length;
      if (received < asked * this.#length) return;
      if (asked === times) return resolve();
      asked++;
      this.#socket.write(this.#request);
    };
    this.#socket.on("data", take).once("close", () => reject(new Error("the connection was closed")));
    this.#socket.write(this.#request);
    await promise;
    this.#socket.off("data", take);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
