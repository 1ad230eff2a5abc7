import { once } from "node:events";
import net from "node:net";
import { ResponseReader } from "./response_reader.ts";

/** Connections that are being opened at once: less than what waits to be accepted anywhere. */
const AT_ONCE = 100;

/** Connections that are kept open, with nothing under way on them. */
export class IdleClients implements Disposable {
  readonly #sockets: net.Socket[] = [];
  readonly #url: URL;
  #failure: Error | undefined;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  async open(count: number): Promise<void> {
    while (this.#sockets.length < count) {
      const more = Math.min(AT_ONCE, count - this.#sockets.length);
      await Promise.all(Array.from({ length: more }, () => this.#connect()));
    }
  }

  /** One request on some of them, the first and the last among them: they are open indeed. */
  async askAgain(): Promise<void> {
    const step = Math.max(1, Math.floor(this.#sockets.length / 50));
    const some = this.#sockets.filter((_, i, all) => i % step === 0 || i === all.length - 1);
    for (const socket of some) await this.#ask(socket);
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.removeAllListeners("close").destroy();
  }

  async #connect(): Promise<void> {
    const socket = net.connect(Number(this.#url.port), this.#url.hostname);
    this.#sockets.push(socket);
    await once(socket, "connect");
    const closed = (): void => {
      this.#failure ??= new Error("The server has closed a connection");
    };
    socket.on("error", closed).on("close", closed);
    await this.#ask(socket);
  }

  async #ask(socket: net.Socket): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const reader = new ResponseReader();
    const read = (bytes: Buffer): void => {
      try {
        if (reader.read(bytes)) resolve();
      } catch (error) {
        reject(error);
      }
    };
    const closed = (): void => reject(new Error("The server has closed a connection"));
    socket.on("data", read).on("close", closed);
    socket.write(`GET / HTTP/1.1\r\nHost: ${this.#url.host}\r\n\r\n`);
    await promise;
    socket.off("data", read).off("close", closed);
    if (reader.status !== 200) throw new Error(`An answer with status ${reader.status}`);
  }
}
