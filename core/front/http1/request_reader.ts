import type { HttpConfig } from "../../config/config.ts";
import { excerpt } from "../../http/head_fields.ts";
import { HeadReader } from "../../http/head_reader.ts";
import { HttpError } from "../../http/http_error.ts";
import type { Client } from "../../http/incoming.ts";
import { mistakenProtocol } from "../../http/mistaken_protocol.ts";
import { type ParsedRequest, parseRequestHead } from "../../http/parse_request_head.ts";
import { refusedLine } from "../../http/refused_line.ts";
import type { TrustedProxies } from "../forwarded/trusted_proxies.ts";
import type { FrontOptions } from "../front_options.ts";
import { PREFACE_HEAD } from "../http2/preface.ts";
import type { Refusal } from "./refusal.ts";

/** Finds the request heads in the bytes of one connection, reads them, and knows how long each took to arrive. */
export class RequestReader {
  readonly #http: HttpConfig;
  readonly #proxies: TrustedProxies;
  readonly #client: Client;
  readonly #heads: HeadReader;
  /** When the head under way began; 0 for one that was complete at once. */
  #began = 0;
  #text: string | undefined;
  #former: ParsedRequest | undefined;

  constructor({ http, proxies }: Pick<FrontOptions, "http" | "proxies">, client: Client) {
    this.#http = http;
    this.#proxies = proxies;
    this.#client = client;
    this.#heads = new HeadReader(http.head);
  }

  /** Unless `read` returned undefined: index in that chunk of the first byte behind the head. */
  get end(): number {
    return this.#heads.end;
  }

  /** Whether the last head was the first part of what HTTP/2 begins with (RFC 9113 section 3.4). */
  get isHttp2Preface(): boolean {
    return this.#text === PREFACE_HEAD;
  }

  /** What the log is told of the last head, which became no request. */
  refusal(error: HttpError): Refusal {
    // One that was complete at once has no time of its own.
    const milliseconds = this.#began === 0 ? 0 : performance.now() - this.#began;
    return { error, client: this.#client, ...refusedLine(this.#text ?? this.#heads.kept), milliseconds };
  }

  /** The head under way has not come in time. */
  timedOut(): HttpError {
    const message = `reading a head: not complete after ${this.#http.headTimeout} ms`;
    return new HttpError(408, "head_timeout", message);
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
      this.#former = this.#checked(parseRequestHead(text, this.#http, this.#former));
      return this.#former;
    } catch (error) {
      return withRemedy(error as HttpError, text);
    }
  }

  #checked(request: ParsedRequest): ParsedRequest {
    if (request.isHttps && !this.#client.tls && !this.#proxies.trusts(this.#client)) {
      // RFC 9110 section 7.4
      const what = `an https URL of ${excerpt(request.head.authority)} without TLS`;
      const message = `reading a request line: ${what}, and from no proxy in proxies.trusted`;
      throw new HttpError(421, "misdirected_request", message);
    }
    const limit = this.#http.body;
    if (request.framing <= limit) return request;
    const message = `reading a request: a body of ${request.framing} bytes, over ${limit}`;
    throw new HttpError(413, "body_too_large", message);
  }
}

/** What speaks another protocol is told apart from what speaks this one badly. */
function withRemedy(error: HttpError, text: string): HttpError {
  const mistaken = mistakenProtocol(text);
  if (mistaken === undefined) return error;
  return new HttpError(error.status, error.code, `reading a request head: ${mistaken}`, error);
}
