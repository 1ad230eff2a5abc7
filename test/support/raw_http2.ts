import { once } from "node:events";
import net from "node:net";
import {
  errorOf,
  type FieldLines,
  FLAG,
  FRAME,
  type Frame,
  frame,
  headers,
  PREFACE,
  readFrames,
  settings,
  statusOf,
} from "./http2_frames.ts";
import { until } from "./until.ts";

/** An HTTP/2 client that sends the frames a test makes, and keeps those it receives. */
export class RawHttp2 implements Disposable {
  readonly socket: net.Socket;
  readonly frames: Frame[] = [];
  closed = false;
  /** Whether it acknowledges the server's settings by itself. */
  acknowledges = true;
  #rest: Buffer = Buffer.alloc(0);

  /** Over a socket that is connected, of TLS perhaps. */
  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      const { frames, rest } = readFrames(
        this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]),
      );
      this.#rest = rest;
      for (const received of frames) this.#receive(received);
    });
    for (const event of ["end", "close"])
      socket.on(event, () => {
        this.closed = true;
      });
    socket.on("error", () => {
      this.closed = true;
    });
  }

  /** Connects without a word. */
  static async connect(port: number): Promise<RawHttp2> {
    const socket = net.connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.setNoDelay(true);
    return new RawHttp2(socket);
  }

  /** Connects, sends preface and settings, and acknowledges the server's. */
  static async open(port: number, ...pairs: [id: number, value: number][]): Promise<RawHttp2> {
    const client = await RawHttp2.connect(port);
    client.write(PREFACE, settings(...pairs));
    await until("the server acknowledges the settings", () =>
      client.frames.some(({ type, flags }) => type === FRAME.settings && flags === FLAG.ack),
    );
    return client;
  }

  write(...parts: Uint8Array[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  request(stream: number, fields: FieldLines, flags?: number): void {
    this.write(headers(stream, fields, flags));
  }

  /** What the server has done with a stream, or with the connection: `200`, `RST CODE`, `GOAWAY CODE`, `closed`. */
  outcome(stream = 1): string | undefined {
    const goaway = this.goaways.find((code) => code !== "NO_ERROR");
    if (goaway !== undefined) return `GOAWAY ${goaway}`;
    const reset = this.resetOf(stream);
    if (reset !== undefined && reset !== "NO_ERROR") return `RST ${reset}`;
    const head = this.frames.find(({ type, stream: id }) => type === FRAME.headers && id === stream);
    if (head !== undefined) return statusOf(head);
    return this.closed ? "closed" : undefined;
  }

  /** Waits for an outcome. */
  async settled(stream = 1): Promise<string> {
    return await until(`an outcome of stream ${stream}`, () => this.outcome(stream));
  }

  /** Waits until a ping comes back, so that whatever came before it has been looked at; false: closed instead. */
  async answers(): Promise<boolean> {
    const before = this.#pongs();
    this.write(frame(FRAME.ping, 0, 0, "lodestar"));
    await until("a ping comes back, or the end", () => this.closed || this.#pongs() > before);
    return this.#pongs() > before;
  }

  /** Body bytes received of a stream. */
  body(stream: number): Buffer {
    const parts = this.frames.filter(
      (received) => received.type === FRAME.data && received.stream === stream,
    );
    return Buffer.concat(parts.map(({ payload }) => payload));
  }

  /** Whether the server has ended a stream with END_STREAM. */
  ended(stream: number): boolean {
    return this.frames.some(
      ({ type, flags, stream: id }) =>
        id === stream && (type === FRAME.data || type === FRAME.headers) && (flags & FLAG.endStream) !== 0,
    );
  }

  /** The error code a stream was reset with. */
  resetOf(stream: number): string | undefined {
    const received = this.frames.find(({ type, stream: id }) => type === FRAME.reset && id === stream);
    return received && errorOf(received);
  }

  /** The error codes of GOAWAY frames received. */
  get goaways(): string[] {
    return this.frames.filter(({ type }) => type === FRAME.goaway).map(errorOf);
  }

  #pongs(): number {
    return this.frames.filter(({ type, flags }) => type === FRAME.ping && flags === FLAG.ack).length;
  }

  #receive(received: Frame): void {
    this.frames.push(received);
    if (
      received.type === FRAME.settings &&
      received.flags === 0 &&
      this.acknowledges &&
      !this.socket.writableEnded
    )
      this.write(frame(FRAME.settings, FLAG.ack, 0));
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
