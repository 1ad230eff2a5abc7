import type { HttpConfig } from "../config/config.ts";
import { HeadReader } from "../http/head_reader.ts";
import { HttpError } from "../http/http_error.ts";
import { type ParsedRequest, parseRequestHead } from "../http/parse_request_head.ts";

/** Finds the request heads in the bytes of one connection, reads them, and knows how long each took to arrive. */
export class RequestReader {
  readonly #http: HttpConfig;
  readonly #heads: HeadReader;
  /** When the head under way began; 0 for one that was complete at once. */
  #began = 0;

  constructor(http: HttpConfig) {
    this.#http = http;
    this.#heads = new HeadReader(http.head);
  }

  /** After `read` returned text: index in that chunk of the first byte behind the head. */
  get end(): number {
    return this.#heads.end;
  }

  /** The begin of a head that is not complete, "" when there is none. */
  get kept(): string {
    return this.#heads.kept;
  }

  /** From the first byte of the last head; one that was complete at once has no time of its own. */
  get milliseconds(): number {
    return this.#began === 0 ? 0 : performance.now() - this.#began;
  }

  /** The text of a head, or undefined when more is needed; the whole chunk has then been taken. */
  read(chunk: Buffer, offset: number): string | undefined {
    const begins = !this.#heads.started;
    const text = this.#heads.read(chunk, offset);
    if (begins) this.#began = text === undefined ? performance.now() : 0;
    return text;
  }

  /** Throws `HttpError` for what is no request, or one that is too large. */
  parse(text: string): ParsedRequest {
    const request = parseRequestHead(text, this.#http);
    const limit = this.#http.body;
    if (request.framing <= limit) return request;
    const message = `reading a request: a body of ${request.framing} bytes, over ${limit}`;
    throw new HttpError(413, "body_too_large", message);
  }
}
