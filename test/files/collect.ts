import type { BodySink, BodySource, ResponseBody } from "../../core/http/body.ts";
import { isBodySource } from "../../core/http/body.ts";

/** Collects a body. Fails the test when the source breaks the contract of `BodySink`. */
export class Collector implements BodySink {
  readonly chunks: Buffer[] = [];
  /** Settles with the bytes, or rejects with what `fail` got. */
  readonly finished: Promise<Buffer>;
  /** Called with each chunk; true pauses. */
  onData: ((chunk: Buffer) => boolean) | undefined;
  #resolve!: (bytes: Buffer) => void;
  #reject!: (error: Error) => void;
  #over = false;
  #paused = false;
  readonly #source: BodySource;

  constructor(source: BodySource) {
    this.#source = source;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.finished.catch(() => undefined);
  }

  start(): this {
    this.#source.start(this);
    return this;
  }

  resume(): void {
    this.#paused = false;
    this.#source.resume();
  }

  data(chunk: Buffer): boolean {
    if (this.#over || this.#paused) {
      this.#reject(new Error(this.#over ? "data after the end" : "data while paused"));
      return false;
    }
    this.chunks.push(chunk);
    // Set before the call, which may resume.
    this.#paused = true;
    if (this.onData?.(chunk) !== true) this.#paused = false;
    return !this.#paused;
  }

  end(): void {
    if (this.#over) this.#reject(new Error("end after the end"));
    this.#over = true;
    this.#resolve(Buffer.concat(this.chunks));
  }

  fail(error: Error): void {
    this.#over = true;
    this.#reject(error);
  }
}

/** All bytes of a response body. */
export async function bytesOf(body: ResponseBody): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === "string") return Buffer.from(body);
  if (isBodySource(body)) return new Collector(body).start().finished;
  return Buffer.from(body);
}
