import type { ServerHttp2Stream } from "node:http2";
import {
  asBuffer,
  type BodySource,
  bodyLength,
  cancelBody,
  isBodySource,
  type ResponseBody,
} from "../../http/body.ts";
import { isBodiless } from "../../http/body_framing.ts";
import { BytesBody } from "../../http/bytes_body.ts";
import type { HeaderList } from "../../http/header_list.ts";
import { HttpError } from "../../http/http_error.ts";
import type { Client, Incoming, ResponseHead } from "../../http/incoming.ts";
import type { RequestHead } from "../../http/request_head.ts";
import { standardPage } from "../../http/standard_page.ts";
import { isFinalStatus, isInterimStatus } from "../response_status.ts";
import { ClientWait } from "./client_wait.ts";
import { ERROR_CODES } from "./error_codes.ts";
import type { Http2Connection } from "./http2_connection.ts";
import type { Http2Request } from "./http2_request_head.ts";
import { http2InformFields, http2ResponseFields, UnsendableFields } from "./http2_response_fields.ts";
import { StreamBody, type StreamBodyOwner } from "./stream_body.ts";
import { StreamSink, type StreamSinkOwner } from "./stream_sink.ts";

/** Bodies at hand up to this many bytes go out in one write; larger ones in pieces. */
const SINGLE_WRITE = 65_536;
/** RFC 9110 section 15.3.6: never has a body, and node ends the stream behind its head. */
const RESET_CONTENT = 205;

/** One request of an HTTP/2 session: a stream, with the response it gets. */
export class Http2Incoming implements Incoming, StreamBodyOwner, StreamSinkOwner {
  readonly head: RequestHead;
  readonly body: StreamBody | undefined;
  readonly client: Client;
  readonly protocol = "HTTP/2";
  readonly upgrade = undefined;
  onFinished: ((bytes: number, error: Error | undefined) => void) | undefined = undefined;
  readonly #connection: Http2Connection;
  readonly #stream: ServerHttp2Stream;
  readonly #request: Http2Request;
  readonly #wait: ClientWait;
  #sink: StreamSink | undefined;
  /** Bytes of a body that was sent in one write. */
  #bytes = 0;
  #hasResponded = false;
  #isFinished = false;
  /** Why what is being sent is not what was asked for. */
  #fault: Error | undefined;

  constructor(connection: Http2Connection, stream: ServerHttp2Stream, request: Http2Request, client: Client) {
    const { http, timers, proxies } = connection.options;
    const admitted = proxies.admit(request.head, client);
    this.#connection = connection;
    this.#stream = stream;
    this.#request = request;
    this.head = admitted.head;
    this.client = admitted.client;
    this.body = request.length === 0 ? undefined : new StreamBody(stream, request.length, http.body, this);
    this.#wait = new ClientWait(timers, http, () => this.#clientTooSlow());
    stream.on("aborted", () => this.fail(connection.reason));
    stream.on("finish", () => this.#written());
    stream.on("close", () => this.#closed());
  }

  get localPort(): number {
    return this.client.local?.port ?? 0;
  }

  respond(head: ResponseHead, body: ResponseBody): void {
    if (this.#hasResponded) throw new Error("responding to a request: it has its response already");
    this.#hasResponded = true;
    if (this.#isFinished || this.#stream.destroyed || this.#stream.closed) {
      cancelBody(body);
      return;
    }
    const isBare = head.status === RESET_CONTENT || isBodiless(head.status, this.head.method);
    const length = isBare ? bareLength(head, body) : bodyLength(body ?? "");
    const isEmpty = isBare || (length === 0 && !isBodySource(body));
    const fields = this.#fields(head, length);
    if (fields === undefined) {
      cancelBody(body);
      this.#hasResponded = false;
      this.#sendPage();
      return;
    }
    this.#stream.respond(fields, isEmpty ? { endStream: true } : undefined);
    if (isEmpty) this.#sendNothing(body);
    else if (isBodySource(body)) this.#sendSource(body);
    else this.#sendAtHand(body!);
  }

  switchProtocols(_head: ResponseHead, downstream: BodySource): BodySource {
    downstream.cancel();
    throw new Error("switching protocols: HTTP/2 has no upgrades (RFC 9113 section 8.6)");
  }

  inform(status: number, headers: HeaderList): void {
    if (!isInterimStatus(status) || this.#hasResponded || this.#stream.destroyed || this.#stream.closed)
      return;
    try {
      this.#stream.additionalHeaders(http2InformFields(status, headers));
    } catch (error) {
      // The final response does without.
      if (!(error instanceof UnsendableFields)) throw error;
    }
  }

  bodyWanted(): void {
    this.#wait.begin();
    if (!this.#request.expectContinue || this.#hasResponded || this.body!.hasBegun) return;
    if (!this.#stream.destroyed && !this.#stream.closed) this.#stream.additionalHeaders({ ":status": 100 });
  }

  bodyPaused(): void {
    if (this.#isIdle()) this.#wait.end();
  }

  bodyReceived(bytes: number): void {
    this.#wait.progress(bytes);
  }

  responseBlocked(): void {
    this.#wait.begin();
  }

  responseDrained(bytes: number): void {
    this.#wait.progress(bytes);
    if (this.body?.wants !== true) this.#wait.end();
    this.#connection.budget.taken();
  }

  /** Resets the stream: an orderly end would complete the body. */
  responseFailed(error: Error): void {
    this.fail(error);
    this.#stream.destroy(error);
  }

  /** The handler threw: what it threw is reported, and the client gets 500 if it has nothing yet. */
  handlerFailed(cause: unknown): void {
    this.#fault = new HttpError(500, "handler_failed", "handling a request: the handler threw", cause);
    if (!this.#hasResponded) this.#sendPage();
  }

  /** The exchange can't go on. */
  fail(error: Error): void {
    if (this.#isFinished) return;
    this.body?.fail(error);
    this.#sink?.cancel();
    this.#finish(error);
  }

  /** Undefined, and a fault, for a head that can't be sent: the client gets 500 instead. */
  #fields({ status, headers }: ResponseHead, length: number | undefined): string[] | undefined {
    try {
      if (!isFinalStatus(status)) throw new UnsendableFields(`status ${status}`);
      return http2ResponseFields(status, headers, length);
    } catch (error) {
      if (!(error instanceof UnsendableFields)) throw error;
      this.#fault = new HttpError(500, "invalid_response_head", `sending a response head: ${error.message}`);
      return undefined;
    }
  }

  #sendPage(): void {
    const page = standardPage(500);
    this.respond({ status: 500, headers: page.headers }, page.body);
  }

  /** For HEAD node has ended the stream before it gave it to us. */
  #sendNothing(body: ResponseBody): void {
    cancelBody(body);
    if (this.#stream.writableFinished) this.#written();
    else this.#wait.begin();
  }

  #sendAtHand(body: string | Uint8Array): void {
    const bytes = typeof body === "string" ? Buffer.from(body) : asBuffer(body);
    if (bytes.length > SINGLE_WRITE) {
      this.#sendSource(new BytesBody(bytes));
      return;
    }
    this.#bytes = bytes.length;
    this.#wait.begin();
    this.#stream.end(bytes);
  }

  #sendSource(body: BodySource): void {
    this.#sink = new StreamSink(this.#stream, this, body);
    this.#connection.budget.add(this.#sink);
  }

  /** The last byte of the response has gone to the session. */
  #written(): void {
    if (!this.#hasResponded || this.#isFinished) return;
    const isWhole = this.body === undefined || this.body.isOver;
    if (!isWhole) this.body.discard();
    this.#finish(undefined);
    // RFC 9113 section 8.1: behind a complete response the client is asked to stop sending.
    // Behind this turn, in which the head of an answer to HEAD goes out: the reset would overtake it.
    if (!isWhole) setImmediate(() => this.#stream.close());
  }

  /** The session may have sent the end, and closed the stream, before the last write is told of. */
  #closed(): void {
    const { rstCode, writableEnded, aborted } = this.#stream;
    if (rstCode === ERROR_CODES.noError && writableEnded && !aborted) this.#written();
    this.fail(this.#connection.reason);
  }

  /** The failure of a request's body may be that of the response made of it, and come here first. */
  #finish(error: Error | undefined): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#wait.end();
    if (this.#sink !== undefined) this.#connection.budget.remove(this.#sink);
    this.#connection.exchangeEnded(this);
    this.onFinished?.(this.#sink?.sent ?? this.#bytes, error ?? this.#fault);
    // What nobody will take must not keep the stream from ending.
    this.#stream.resume();
  }

  #clientTooSlow(): void {
    const { idleTimeout, minimumRate } = this.#connection.options.http;
    const limit = `nothing for ${idleTimeout} ms, or less than ${minimumRate} bytes a second`;
    if (this.#isIdle()) {
      this.body?.fail(new HttpError(408, "body_timeout", `reading a request body: ${limit}`));
    } else {
      this.responseFailed(new HttpError(499, "client_too_slow", `sending a response: ${limit}`));
    }
  }

  /** Whether nothing was written that the client has not taken. */
  #isIdle(): boolean {
    return this.#stream.writableLength === 0 && !this.#stream.writableEnded;
  }
}

/** Length of an answer without a body; RFC 9110 section 8.6: none with 204. */
function bareLength(head: ResponseHead, body: ResponseBody): number | undefined {
  if (head.status === 204) return undefined;
  if (head.status === RESET_CONTENT) return 0;
  if (head.declaredLength !== undefined || head.status === 304) return head.declaredLength;
  return bodyLength(body);
}
