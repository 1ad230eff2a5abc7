import { isValidFieldBlock } from "./field_marks.ts";
import { excerpt } from "./head_fields.ts";
import { HttpError } from "./http_error.ts";

/** Bytes of a chunk-size line with its extensions. */
const SIZE_LINE_LIMIT = 256;

/** How large what frames the data of a chunked body may be. */
export interface ChunkLimits {
  /** Bytes of the extensions of all chunks of one body. */
  readonly chunkExtensions: number;
  /** Bytes of the trailer section. */
  readonly trailer: number;
}

/** For those that nobody configures: bodies of backends. */
const DEFAULT_LIMITS: ChunkLimits = { chunkExtensions: 4096, trailer: 8192 };
/**
 * RFC 9112 section 7.1.1: the size, then extensions of a name and maybe a token or a quoted string. Twelve
 * digits stay exact in a double.
 */
const SIZE_LINE =
  /^([0-9A-Fa-f]{1,12})(?:[ \t]*;[ \t]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:[ \t]*=[ \t]*(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"))?)*\r\n$/;

type Expected = "size" | "data-end" | "trailer";

/**
 * The framing between the data of a chunked body (RFC 9112 section 7.1): size lines, the CRLF behind each
 * chunk, the trailer section. Trailers are checked like fields and dropped.
 */
export class ChunkedDecoder {
  /** Data bytes of the current chunk still to come; the owner counts them down. */
  remaining = 0;
  /** Whether the last line has been read. */
  done = false;
  readonly #status: number;
  readonly #limits: ChunkLimits;
  #expected: Expected = "size";
  /** The line so far, when it came in parts; of the trailer section all lines. */
  #text = "";
  #extensions = 0;

  /** `malformedStatus`: status of the errors thrown; what a client sends too much of in trailers gets 431. */
  constructor(malformedStatus: number, limits: ChunkLimits = DEFAULT_LIMITS) {
    this.#status = malformedStatus;
    this.#limits = limits;
  }

  /** Reads framing until data is due, the body is done or the bytes run out. Returns the offset behind it. */
  readFraming(chunk: Buffer, offset: number): number {
    let index = offset;
    while (index < chunk.length && this.remaining === 0 && !this.done) {
      index = this.#readLine(chunk, index);
    }
    return index;
  }

  /** Reads up to the next LF, at most to the limit of what is expected there. */
  #readLine(chunk: Buffer, offset: number): number {
    const limit = this.#limit() - this.#text.length;
    const stop = Math.min(chunk.length, offset + limit);
    let end = offset;
    while (end < stop && chunk[end] !== 0x0a) end++;
    const isComplete = end < stop;
    if (isComplete) end++;
    const text = this.#text + chunk.toString("latin1", offset, end);
    if (isComplete) {
      this.#text = "";
      this.#takeLine(text);
    } else if (stop - offset === limit && this.#expected === "trailer") {
      throw this.#trailerTooLarge();
    } else if (stop - offset === limit || this.#isHopeless(text)) {
      throw this.#malformed(text);
    } else {
      this.#text = text;
    }
    return end;
  }

  #limit(): number {
    if (this.#expected === "size") return SIZE_LINE_LIMIT;
    return this.#expected === "trailer" ? this.#limits.trailer : 2;
  }

  /** Refuses at once what isn't going to become a size, so that garbage doesn't wait for a line end. */
  #isHopeless(text: string): boolean {
    if (this.#expected === "size") return !/^[0-9A-Fa-f]{1,12}(?:[ \t;\r]|$)/.test(text);
    return this.#expected === "data-end" && text !== "\r";
  }

  #takeLine(text: string): void {
    if (this.#expected === "size") {
      this.#takeSize(text);
    } else if (this.#expected === "data-end") {
      if (text !== "\r\n") throw this.#malformed(text);
      this.#expected = "size";
    } else if (text === "\r\n" || text.endsWith("\r\n\r\n")) {
      if (!isValidFieldBlock(text.slice(0, -2))) throw this.#malformed(text);
      this.done = true;
    } else {
      if (!text.endsWith("\r\n")) throw this.#malformed(text);
      this.#text = text;
    }
  }

  #takeSize(text: string): void {
    const match = SIZE_LINE.exec(text);
    if (match === null) throw this.#malformed(text);
    const digits = match[1]!;
    this.#extensions += text.length - digits.length - 2;
    if (this.#extensions > this.#limits.chunkExtensions) throw this.#malformed(text);
    this.remaining = Number.parseInt(digits, 16);
    this.#expected = this.remaining === 0 ? "trailer" : "data-end";
  }

  #trailerTooLarge(): HttpError {
    const message = `reading a chunked body: a trailer section over ${this.#limits.trailer} bytes`;
    const isClients = this.#status === 400;
    return new HttpError(
      isClients ? 431 : this.#status,
      isClients ? "trailer_too_large" : "malformed_body",
      message,
    );
  }

  #malformed(text: string): HttpError {
    const message = `reading a chunked body: bad ${this.#expected}: ${excerpt(text)}`;
    return new HttpError(this.#status, "malformed_body", message);
  }
}
