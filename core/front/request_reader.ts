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
  #text: string | undefined;

  constructor(http: HttpConfig) {
    this.#http = http;
    this.#heads = new HeadReader(http.head);
  }

  /** Unless `read` returned undefined: index in that chunk of the first byte behind the head. */
  get end(): number {
    return this.#heads.end;
  }

  /** The text of the last head, as far as it has come. */
  get text(): string {
    return this.#text ?? this.#heads.kept;
  }

  /** From the first byte of the last head; one that was complete at once has no time of its own. */
  get milliseconds(): number {
    return this.#began === 0 ? 0 : performance.now() - this.#began;
  }

  /**
   * A request, what is wrong with it (it is none, or too large), or undefined when more is needed; the whole chunk has
   * then been taken.
   */
  read(chunk: Buffer, offset: number): ParsedRequest | HttpError | undefined {
    const begins = !this.#heads.started;
    const text = this.#heads.read(chunk, offset);
    this.#text = text;
    if (begins) this.#began = text === undefined ? performance.now() : 0;
    if (text === undefined) return undefined;
    try {
      return this.#checked(parseRequestHead(text, this.#http));
    } catch (error) {
      return error as HttpError;
    }
  }

  #checked(request: ParsedRequest): ParsedRequest {
    const limit = this.#http.body;
    if (request.framing <= limit) return request;
    const message = `reading a request: a body of ${request.framing} bytes, over ${limit}`;
    throw new HttpError(413, "body_too_large", message);
  }
}
