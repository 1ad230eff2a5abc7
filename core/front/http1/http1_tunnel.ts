import type { BodySink, BodySource } from "../../http/body.ts";
import { UNTIL_CLOSE } from "../../http/body_framing.ts";
import type { Http1Input, InputOwner } from "./http1_input.ts";
import type { ResponseWriter } from "./response_writer.ts";

/**
 * A connection that has switched protocols. Its source are the client's bytes, taken off as fast as their sink wants;
 * each direction ends by itself, and the connection with the second one.
 */
export class Http1Tunnel implements InputOwner, BodySource {
  readonly length = undefined;
  readonly #input: Http1Input;
  readonly #writer: ResponseWriter;
  readonly #over: () => void;
  #sink: BodySink | undefined;
  #isPaused = false;
  #resumedMeanwhile = false;
  #received = 0;
  #sent = 0;
  #isUpOver = false;
  #isDownOver = false;
  #failure: Error | undefined;

  /** `over` is called once, when both directions have ended. */
  constructor(input: Http1Input, writer: ResponseWriter, over: () => void) {
    this.#input = input;
    this.#writer = writer;
    this.#over = over;
  }

  /** Sends 101 with these fields, then `downstream` as it is. */
  open(fields: string, downstream: BodySource): void {
    this.#input.handOver(this);
    const head = `HTTP/1.1 101 Switching Protocols\r\n${fields}Connection: Upgrade\r\n\r\n`;
    this.#writer.sendStream(head, downstream, UNTIL_CLOSE);
  }

  /** Bytes the client has sent. */
  get received(): number {
    return this.#received;
  }

  /** Bytes the client got. */
  get sent(): number {
    return this.#isDownOver ? this.#sent : this.#writer.bytes;
  }

  start(sink: BodySink): void {
    if (this.#failure !== undefined) return sink.fail(this.#failure);
    if (this.#isUpOver) return;
    this.#sink = sink;
    this.#input.process();
  }

  resume(): void {
    this.#resumedMeanwhile = true;
    this.#isPaused = false;
    this.#input.process();
  }

  /** Nobody takes what the client sends any more; it is thrown away. */
  cancel(): void {
    this.#sink = undefined;
    this.#upEnded();
  }

  takeInput(chunk: Buffer, offset: number): boolean {
    if (!this.#isUpOver && (this.#sink === undefined || this.#isPaused)) return false;
    this.#received += chunk.length - offset;
    this.#input.advance(chunk.length);
    this.#resumedMeanwhile = false;
    const isOpen = this.#sink?.data(offset === 0 ? chunk : chunk.subarray(offset)) !== false;
    this.#isPaused = !isOpen && !this.#resumedMeanwhile;
    return true;
  }

  inputEnded(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    this.#sink = undefined;
    sink.end();
    this.#upEnded();
  }

  /** All that the client gets has been sent: so many bytes. */
  downstreamEnded(bytes: number): void {
    this.#isDownOver = true;
    this.#sent = bytes;
    this.#settle();
  }

  /** The connection is closed. */
  fail(error: Error): void {
    this.#failure = error;
    this.#isUpOver = true;
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.fail(error);
  }

  #upEnded(): void {
    if (this.#isUpOver) return;
    this.#isUpOver = true;
    this.#settle();
  }

  #settle(): void {
    if (this.#isUpOver && this.#isDownOver && this.#failure === undefined) this.#over();
  }
}
