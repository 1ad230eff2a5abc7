import type { ReadableStream } from "web-streams-polyfill";
import type { ChunkContext } from "../chunks.ts";
import { StreamWriter, type WriterServices } from "./stream_writer.ts";

/** The streams of scripts that are on their way to the host. */
export class StreamWriters {
  readonly #open = new Map<number, StreamWriter>();
  /** Those that answer an exchange, by its slot. */
  readonly #answers = new Map<number, StreamWriter>();
  readonly #services: WriterServices;

  constructor({ operations, outbox, host }: ChunkContext) {
    this.#services = {
      operations,
      outbox,
      putBytes: (bytes) => host.putBytes(bytes),
      ended: (writer) => {
        this.#open.delete(writer.number);
        if (writer.slot !== 0) this.#answers.delete(writer.slot);
      },
    };
  }

  /** Begins to send the body of a request; the command that names the returned number must follow in this entry. */
  open(stream: ReadableStream): number {
    return this.#start(new StreamWriter(stream, 0, undefined, this.#services));
  }

  /** The same for the answer of an exchange. `onStopped` is called when the client does not take it to its end. */
  openAnswer(stream: ReadableStream, slot: number, onStopped: () => void): number {
    const writer = new StreamWriter(stream, slot, onStopped, this.#services);
    this.#answers.set(slot, writer);
    return this.#start(writer);
  }

  #start(writer: StreamWriter): number {
    this.#open.set(writer.number, writer);
    return writer.number;
  }

  /** The request that the stream was the body of has failed. */
  stop(number: number, reason: unknown): void {
    this.#open.get(number)?.stop(reason);
  }

  /** The exchange is over; does nothing when its answer has been written whole. */
  stopAnswer(slot: number, reason: unknown): void {
    this.#answers.get(slot)?.stop(reason);
  }
}
