import { once } from "node:events";
import net from "node:net";
import { until } from "./until.ts";

/** A TCP connection on which a test decides every byte. Received bytes are kept as Latin-1 text. */
export class RawConnection implements Disposable {
  readonly socket: net.Socket;
  received = "";
  /** Whether the other side has ended or broken the connection. */
  closed = false;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.received += text;
    });
    socket.on("end", () => {
      this.closed = true;
    });
    socket.on("close", () => {
      this.closed = true;
    });
    socket.on("error", () => {});
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  write(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** Waits until what was received contains `text`, and returns everything received so far. */
  async receive(text: string): Promise<string> {
    await until(`receives ${JSON.stringify(text)}`, () => this.received.includes(text));
    return this.received;
  }

  /** Waits until the other side has closed, and returns everything received. */
  async receiveAll(): Promise<string> {
    await until("the other side closes", () => this.closed);
    return this.received;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
