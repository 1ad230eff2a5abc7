import { excerpt } from "../../http/head_fields.ts";
import { HeadReader } from "../../http/head_reader.ts";
import { HttpError } from "../../http/http_error.ts";
import type { HeadLimits } from "../../http/parse_request_head.ts";
import { type ParsedResponse, parseResponseHead } from "../../http/parse_response_head.ts";
import { areOffered, asksForUpgrade } from "../../http/upgrade.ts";

/** Interim responses (1xx) a server may send before the final one. */
const INTERIM_LIMIT = 16;
const BEGIN = "HTTP/1.";

/** Finds the head of each final response in the bytes of one connection, past interim ones. */
export class Http1ResponseHeadReader {
  readonly #limits: HeadLimits;
  readonly #heads: HeadReader;
  /** Those that came since `next` and may be passed on. */
  readonly interim: ParsedResponse[] = [];
  #interim = 0;
  #started = false;

  constructor(limits: HeadLimits) {
    this.#limits = limits;
    this.#heads = new HeadReader(limits.head);
  }

  /** Whether a byte has come since `next`. */
  get started(): boolean {
    return this.#started;
  }

  /** After `read` returned a head: index in that chunk of the first byte behind it. */
  get end(): number {
    return this.#heads.end;
  }

  /** Another response is expected. */
  next(): void {
    this.#interim = 0;
    this.interim.length = 0;
    this.#started = false;
  }

  /**
   * The final head, or undefined when more bytes are needed; nothing of the chunk is kept by reference. 101 is a final
   * one if it takes what the request offered. Throws HttpError 502 when it can't become one.
   */
  read(chunk: Buffer, requestMethod: string, upgrade: string | undefined): ParsedResponse | undefined {
    this.#started = true;
    for (let offset = 0; offset < chunk.length; offset = this.#heads.end) {
      const begins = !this.#heads.started;
      const text = this.#heads.read(chunk, offset);
      if (text === undefined) {
        if (begins) checkBegin(chunk.toString("latin1", offset, offset + BEGIN.length));
        return undefined;
      }
      const parsed = parseResponseHead(text, requestMethod, this.#limits);
      if (parsed.status >= 200) return parsed;
      if (parsed.status === 101) {
        checkSwitch(parsed, upgrade);
        return parsed;
      }
      if (parsed.status > 101) this.interim.push(parsed);
      if (++this.#interim > INTERIM_LIMIT) throw malformed(`over ${INTERIM_LIMIT} interim responses`);
    }
    return undefined;
  }
}

/** What speaks another protocol may stop after a line; it is refused by that line, not by the deadline. */
function checkBegin(text: string): void {
  if (!BEGIN.startsWith(text)) throw malformed(`not a status line: ${JSON.stringify(text)}`);
}

/** RFC 9110 sections 7.8 and 15.2.2. What frames a body would be read differently by those who expect one. */
function checkSwitch({ headers, minorVersion }: ParsedResponse, upgrade: string | undefined): void {
  if (upgrade === undefined) throw malformed("101 to a request that did not ask for an upgrade");
  const protocols = headers.getAll("upgrade");
  // Of two lines some would read the first and some the last.
  if (protocols.length !== 1 || !areOffered(protocols[0]!, upgrade)) {
    throw malformed(`101 to ${excerpt(protocols.join(", "))} where ${excerpt(upgrade)} was offered`);
  }
  if (minorVersion === 0 || !asksForUpgrade(headers.get("connection"))) {
    throw malformed("101 without Connection: upgrade, or in HTTP/1.0");
  }
  if (headers.has("content-length") || headers.has("transfer-encoding")) {
    throw malformed("101 with Content-Length or Transfer-Encoding");
  }
}

function malformed(why: string): HttpError {
  return new HttpError(502, "backend_malformed_response", `reading a response head: ${why}`);
}
