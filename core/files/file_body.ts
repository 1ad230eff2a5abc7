import { read } from "node:fs";
import type { BodySink, BodySource } from "../http/body.ts";
import { HttpError } from "../http/http_error.ts";
import type { FileReader, FileReads } from "./file_reads.ts";
import { type OpenedFile, overwritten, truncated } from "./opened_file.ts";
import { type ByteRange, type Run, runsLength } from "./ranges/byte_range.ts";
import { ReadSamples } from "./read_samples.ts";

/**
 * Bytes of one read. Larger saves thread hops (half the processor time at 256 KB of what 64 KB takes), but is
 * what every slow client holds in memory.
 */
const CHUNK = 256 * 1024;

/**
 * Sends pieces of an open file, and bytes between them, and closes the file at the end, on failure and on cancel.
 * Reads on libuv's threads, one chunk at a time and only while the sink wants more.
 *
 * Exactly `length` bytes are sent, all of one version: what is appended meanwhile is left out, a file replaced by
 * rename or deleted goes on as it was, and one that became shorter or was overwritten in place fails the body
 * before its last chunk of the file.
 */
export class FileBody implements BodySource, FileReader {
  readonly length: number;
  readonly #file: OpenedFile;
  readonly #runs: readonly Run[];
  readonly #reads: FileReads | undefined;
  /** The last run that is read from the file. */
  readonly #lastRead: number;
  readonly #samples = new ReadSamples();
  /** The run that is sent, and how many bytes of it were. */
  #run = 0;
  #sent = 0;
  #sink: BodySink | undefined;
  #isReading = false;
  #isDelivering = false;
  #isPaused = false;
  #isOver = false;
  /** The chunk read last, which the sink has or had. */
  #last: Buffer | undefined;
  /** Memory for the next one. */
  #spare: Buffer | undefined;

  /**
   * Takes the file over: it must not be used or closed by anyone else.
   *
   * @param reads lets it wait for its turn; without them it reads at once
   */
  constructor(file: OpenedFile, runs: readonly Run[], reads?: FileReads) {
    this.#file = file;
    this.#reads = reads;
    this.#runs = runs;
    this.#lastRead = runs.findLastIndex((run) => !Buffer.isBuffer(run));
    this.length = runsLength(runs);
  }

  start(sink: BodySink): void {
    if (this.#isOver) return;
    this.#sink = sink;
    this.#goOn();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#goOn();
  }

  reuse(): void {
    this.#spare = this.#last;
    this.#last = undefined;
  }

  cancel(): void {
    this.#isOver = true;
    // A read under way on another thread must not find its descriptor closed, or reused.
    if (!this.#isReading) this.#file.close();
  }

  /** Delivers until the sink pauses or a read is under way. The end needs no room at the sink. */
  #goOn(): void {
    if (this.#isDelivering || this.#sink === undefined) return;
    this.#isDelivering = true;
    while (!this.#isReading && !this.#isOver) {
      const run = this.#runs[this.#run];
      if (run === undefined) {
        this.cancel();
        this.#sink.end();
      } else if (this.#sent === run.length) {
        this.#run++;
        this.#sent = 0;
      } else if (this.#isPaused) {
        break;
      } else if (Buffer.isBuffer(run)) {
        this.#deliver(run);
      } else {
        this.#isReading = true;
        if (this.#reads === undefined) this.beginRead();
        else this.#reads.take(this);
      }
    }
    this.#isDelivering = false;
  }

  beginRead(): boolean {
    if (this.#isOver) {
      this.#file.close();
      return false;
    }
    const { start, length } = this.#runs[this.#run] as ByteRange;
    const size = Math.min(CHUNK, length - this.#sent);
    const chunk = this.#chunkOf(size);
    read(this.#file.fd, chunk, 0, size, start + this.#sent, this.#received);
    return true;
  }

  readonly #received = (error: NodeJS.ErrnoException | null, count: number, chunk: Buffer): void => {
    this.#isReading = false;
    this.#reads?.ended();
    if (this.#isOver) {
      this.#file.close();
      return;
    }
    const { realPath } = this.#file;
    if (error !== null) {
      this.#fail(new HttpError(500, "file_unreadable", `read ${realPath}: ${error.code}`, error));
      return;
    }
    const run = this.#runs[this.#run] as ByteRange;
    const position = run.start + this.#sent;
    if (count === 0) {
      this.#fail(truncated(realPath, run.start + run.length, position));
      return;
    }
    const bytes = count === chunk.length ? chunk : chunk.subarray(0, count);
    this.#samples.add(bytes, position);
    this.#last = chunk;
    const isLastRead = this.#run === this.#lastRead && this.#sent + count === run.length;
    if (isLastRead && !this.#isOneVersion()) {
      this.#fail(overwritten(realPath));
      return;
    }
    this.#isDelivering = true;
    this.#deliver(bytes);
    this.#isDelivering = false;
    this.#goOn();
  };

  #deliver(bytes: Buffer): void {
    this.#sent += bytes.length;
    // Set before the call: the sink may resume from within it.
    this.#isPaused = true;
    if (this.#sink!.data(bytes)) this.#isPaused = false;
  }

  /** Not from the shared pool: until it comes back the chunk belongs to the sink. */
  #chunkOf(size: number): Buffer {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined || spare.length < size) return Buffer.allocUnsafeSlow(size);
    return spare.length === size ? spare : spare.subarray(0, size);
  }

  #isOneVersion(): boolean {
    const changes = this.#file.changes();
    return changes === "none" || (changes === "grown" && this.#samples.areIn(this.#file.fd));
  }

  #fail(error: HttpError): void {
    this.cancel();
    this.#sink!.fail(error);
  }
}
