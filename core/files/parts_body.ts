import type { BodySink, BodySource } from "../http/body.ts";
import { HttpError } from "../http/http_error.ts";
import { type FilePart, type Piece, totalLength } from "./body_part.ts";
import { FileBody } from "./file_body.ts";
import type { FileReads } from "./file_reads.ts";
import { OpenedFile, READ_AT_ONCE } from "./opened_file.ts";

/**
 * Sends text, bytes and pieces of files one after another as one body. Each file is opened when its turn comes,
 * so that one file is open at a time; one that is gone, replaced or too short by then fails the body.
 */
export class PartsBody implements BodySource {
  readonly length: number;
  readonly #pieces: readonly Piece[];
  #next = 0;
  #sink: BodySink | undefined;
  #file: FileBody | undefined;
  #paused = false;
  #delivering = false;
  #over = false;
  readonly #made: number;
  readonly #reads: FileReads | undefined;

  /**
   * @param pieces from `toPieces`
   * @param reads see `FileBody`
   * @param made when the answer was made, milliseconds since 1970
   */
  constructor(pieces: readonly Piece[], reads?: FileReads, made: number = Date.now()) {
    this.#reads = reads;
    this.#pieces = pieces;
    this.#made = made;
    this.length = totalLength(pieces);
  }

  start(sink: BodySink): void {
    if (this.#over) return;
    this.#sink = sink;
    this.#goOn();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#file !== undefined) this.#file.resume();
    else this.#goOn();
  }

  reuse(): void {
    this.#file?.reuse();
  }

  cancel(): void {
    this.#over = true;
    this.#file?.cancel();
    this.#file = undefined;
  }

  /** Delivers until the sink pauses or a file takes over. A loop, since a thousand parts would be deep. */
  #goOn(): void {
    if (this.#delivering || this.#sink === undefined) return;
    this.#delivering = true;
    while (!this.#over && !this.#paused && this.#file === undefined) {
      if (this.#next === this.#pieces.length) {
        this.#over = true;
        this.#sink.end();
      } else {
        this.#deliver(this.#pieces[this.#next++]!);
      }
    }
    this.#delivering = false;
  }

  #deliver(piece: Piece): void {
    if (Buffer.isBuffer(piece)) {
      this.#push(piece);
      return;
    }
    let opened: Buffer | FileBody;
    try {
      opened = openPart(piece, this.#made, this.#reads);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    if (Buffer.isBuffer(opened)) {
      this.#push(opened);
    } else {
      this.#file = opened;
      opened.start(this.#fileSink);
    }
  }

  #push(bytes: Buffer): boolean {
    // Set before the call: the sink may resume from within it.
    this.#paused = true;
    if (this.#sink!.data(bytes)) this.#paused = false;
    return !this.#paused;
  }

  #fail(error: Error): void {
    this.cancel();
    this.#sink!.fail(error);
  }

  readonly #fileSink: BodySink = {
    data: (chunk) => this.#push(chunk),
    end: () => {
      this.#file = undefined;
      this.#goOn();
    },
    fail: (error) => this.#fail(error),
  };
}

/** Small pieces come as bytes, at once. */
function openPart(part: FilePart, made: number, reads: FileReads | undefined): Buffer | FileBody {
  const file = OpenedFile.open(part.file);
  let body: FileBody | undefined;
  try {
    // The path was looked at when the answer was made, which may be long ago.
    file.verifyLocation();
    if (part.seen !== undefined && file.isNewerThan(part.seen, made)) {
      throw new HttpError(500, "part_changed", `send part of ${part.file}: it was replaced meanwhile`);
    }
    const end = part.offset + part.length;
    if (end > file.size) {
      throw new HttpError(
        500,
        "part_too_short",
        `send bytes ${part.offset} to ${end} of ${part.file}: the file has ${file.size}`,
      );
    }
    if (part.length <= READ_AT_ONCE) return file.readNow(part.offset, part.length);
    body = new FileBody(file, [{ start: part.offset, length: part.length }], reads);
    return body;
  } finally {
    if (body === undefined) file.close();
  }
}
