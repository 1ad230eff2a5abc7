import {
  asBuffer,
  type BodySource,
  bodyLength,
  cancelBody,
  isBodySource,
  type ResponseBody,
} from "../../http/body.ts";
import { type BodyFraming, CHUNKED, isBodiless, UNTIL_CLOSE } from "../../http/body_framing.ts";
import { BytesBody } from "../../http/bytes_body.ts";
import { FailedBody } from "../../http/failed_body.ts";
import { CONNECTION, FRAMING, INVALID } from "../../http/field_marks.ts";
import type { HeaderList } from "../../http/header_list.ts";
import { removeHopByHop } from "../../http/hop_by_hop.ts";
import { HttpError } from "../../http/http_error.ts";
import type { Client, Incoming, Protocol, ResponseHead } from "../../http/incoming.ts";
import type { ParsedRequest } from "../../http/parse_request_head.ts";
import type { RequestHead } from "../../http/request_head.ts";
import { standardPage } from "../../http/standard_page.ts";
import { statusText } from "../../http/status_text.ts";
import { offeredProtocols } from "../../http/upgrade.ts";
import type { TrustedProxies } from "../forwarded/trusted_proxies.ts";
import { isFinalStatus, isInterimStatus } from "../response_status.ts";
import type { Http1Connection } from "./http1_connection.ts";
import type { RequestBody } from "./request_body.ts";
import type { ResponseWriter } from "./response_writer.ts";

/** Bodies at hand up to this many bytes go out in one write with their head; larger ones in pieces. */
const SINGLE_WRITE = 65_536;

/** Fields that are the lane's to make. */
const OUR_OWN = FRAMING | CONNECTION;

/** One request of an HTTP/1 connection; turns the response it is given into a framed message. */
export class Http1Incoming implements Incoming {
  readonly head: RequestHead;
  readonly client: Client;
  readonly body: RequestBody | undefined;
  readonly upgrade: string | undefined;
  onFinished: ((bytes: number, error: Error | undefined) => void) | undefined = undefined;
  readonly #connection: Http1Connection;
  readonly #writer: ResponseWriter;
  readonly #expectsContinue: boolean;
  #hasResponded = false;
  #isFinished = false;
  /** Why what is being sent is not what was asked for. */
  #fault: Error | undefined = undefined;

  constructor(
    connection: Http1Connection,
    writer: ResponseWriter,
    request: ParsedRequest,
    body: RequestBody | undefined,
    proxies: TrustedProxies,
  ) {
    this.#connection = connection;
    this.#writer = writer;
    const { head, client } = proxies.admit(request.head, connection.client);
    this.head = head;
    this.client = client;
    this.body = body;
    this.upgrade = offeredProtocols(request);
    this.#expectsContinue = request.expectContinue;
  }

  get protocol(): Protocol {
    return this.head.minorVersion === 0 ? "HTTP/1.0" : "HTTP/1.1";
  }

  get localPort(): number {
    return this.#connection.client.local?.port ?? 0;
  }

  respond(head: ResponseHead, body: ResponseBody): void {
    if (this.#hasResponded) throw new Error("responding to a request: it has its response already");
    this.#hasResponded = true;
    if (this.#isFinished) {
      cancelBody(body);
      return;
    }
    const { headers } = head;
    const { marks } = headers;
    if (marks === INVALID || !isFinalStatus(head.status)) {
      this.#refuse(head, body, headers.toText());
      return;
    }
    const fields = (marks & OUR_OWN) === 0 ? headers.toText() : withoutOurOwn(headers);
    const isBare = isBodiless(head.status, this.head.method);
    const framing = isBare ? 0 : this.#framingOf(body);
    const start = this.#connection.beginHead(head.status, fields, marks, framing === UNTIL_CLOSE);
    if (isBare) this.#sendHead(start, head, body);
    else if (typeof body === "string") this.#sendText(start, body);
    else if (body === undefined) this.#writer.sendWhole(`${start}Content-Length: 0\r\n\r\n`, 0);
    else if (isBodySource(body)) {
      const whole = body.takeWhole?.();
      if (whole === undefined) this.#sendSource(start, body, framing);
      else this.#sendBytes(start, whole);
    } else this.#sendBytes(start, asBuffer(body));
  }

  switchProtocols(head: ResponseHead, downstream: BodySource): BodySource {
    if (this.#hasResponded || this.upgrade === undefined)
      throw new Error("switching protocols: the request has its response already, or asked for none");
    this.#hasResponded = true;
    const fields = head.headers.toText();
    const isValid = (head.headers.marks & (INVALID | OUR_OWN)) === 0;
    if (isValid && !this.#isFinished) return this.#connection.switchProtocols(fields, downstream);
    if (this.#isFinished) downstream.cancel();
    else this.#refuse({ ...head, status: 502 }, downstream, fields);
    return new FailedBody(new HttpError(499, "client_closed", "switching protocols: too late"));
  }

  /** Asks for the body when the client waits for that (RFC 9110 section 10.1.1). None of it has come. */
  continueIfAwaited(): void {
    if (!this.#expectsContinue || this.#hasResponded || this.body?.received !== 0) return;
    this.#writer.sendInterim("HTTP/1.1 100 Continue\r\n\r\n");
  }

  inform(status: number, headers: HeaderList): void {
    if (this.head.minorVersion === 0 || this.#hasResponded || this.#isFinished) return;
    if (!isInterimStatus(status)) return;
    if (headers.marks === INVALID) return;
    const fields = (headers.marks & OUR_OWN) === 0 ? headers.toText() : withoutOurOwn(headers);
    this.#writer.sendInterim(`HTTP/1.1 ${status} ${statusText(status)}\r\n${fields}\r\n`);
  }

  /** The exchange is over for the lane; the first call counts. */
  finish(bytes: number, error: Error | undefined): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.onFinished?.(bytes, error ?? this.#fault);
  }

  /** The handler threw: what it threw is reported, and the client gets 500 if it has nothing yet. */
  handlerFailed(cause: unknown): void {
    this.#fault = new HttpError(500, "handler_failed", "handling a request: the handler threw", cause);
    if (this.#hasResponded) return;
    const page = standardPage(500);
    this.respond({ status: 500, headers: page.headers }, page.body);
  }

  /** Answers 500 instead of a head that can't be sent. */
  #refuse(head: ResponseHead, body: ResponseBody, fields: string): void {
    cancelBody(body);
    const what = isFinalStatus(head.status) ? JSON.stringify(fields.slice(0, 200)) : `status ${head.status}`;
    this.#fault = new HttpError(500, "invalid_response_head", `sending a response head: not valid: ${what}`);
    const page = standardPage(500);
    this.#hasResponded = false;
    this.respond({ status: 500, headers: page.headers }, page.body);
  }

  #sendHead(start: string, head: ResponseHead, body: ResponseBody): void {
    const length = head.declaredLength ?? (head.status === 304 ? undefined : bodyLength(body));
    cancelBody(body);
    // RFC 9110 section 8.6: none in a 204.
    const field = length === undefined || head.status === 204 ? "" : `Content-Length: ${length}\r\n`;
    this.#writer.sendWhole(`${start}${field}\r\n`, 0);
  }

  #sendText(start: string, body: string): void {
    const length = Buffer.byteLength(body);
    if (length === body.length && length <= SINGLE_WRITE) {
      // Only ASCII, so Latin-1 writes it as it is.
      this.#writer.sendWhole(`${start}Content-Length: ${length}\r\n\r\n${body}`, length);
      return;
    }
    this.#sendBytes(start, Buffer.from(body));
  }

  #sendBytes(start: string, body: Buffer): void {
    if (body.length > SINGLE_WRITE) {
      this.#sendSource(start, new BytesBody(body), body.length);
      return;
    }
    this.#writer.sendBytes(`${start}Content-Length: ${body.length}\r\n\r\n`, body);
  }

  #sendSource(start: string, body: BodySource, framing: BodyFraming): void {
    let field = "";
    if (framing >= 0) field = `Content-Length: ${framing}\r\n`;
    else if (framing === CHUNKED) field = "Transfer-Encoding: chunked\r\n";
    this.#writer.sendStream(`${start}${field}\r\n`, body, framing);
  }

  /** RFC 9112 section 6.3; HTTP/1.0 knows no chunks. Only of interest for a body still to come. */
  #framingOf(body: ResponseBody): BodyFraming {
    if (!isBodySource(body)) return 0;
    if (body.length !== undefined) return body.length;
    return this.head.minorVersion === 0 ? UNTIL_CLOSE : CHUNKED;
  }
}

function withoutOurOwn(headers: HeaderList): string {
  const others = headers.clone();
  removeHopByHop(others);
  return others.toText();
}
