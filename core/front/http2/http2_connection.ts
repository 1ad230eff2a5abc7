import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { HttpError } from "../../http/http_error.ts";
import type { Client } from "../../http/incoming.ts";
import { standardPage } from "../../http/standard_page.ts";
import type { Timer } from "../../http/timer_wheel.ts";
import type { ConnectionContext } from "../connection_context.ts";
import type { FrontConnection } from "../front_connection.ts";
import type { FrontOptions } from "../front_options.ts";
import { ClientWait } from "./client_wait.ts";
import { ERROR_CODES } from "./error_codes.ts";
import { Http2Incoming } from "./http2_incoming.ts";
import { type Http2Request, PROTOCOL_FAULT, readHttp2Head, refusedHttp2Head } from "./http2_request_head.ts";
import { http2ResponseFields } from "./http2_response_fields.ts";
import { RateLimit } from "./rate_limit.ts";
import { ResponseBudget } from "./response_budget.ts";
import { sessionOptions } from "./session_options.ts";
import { spareOtherStreams } from "./stream_faults.ts";

/** The flag of a HEADERS frame that says that nothing follows (RFC 9113 section 6.2). */
const END_STREAM = 0x1;

/**
 * open: takes requests. closing: has said GOAWAY, what is open is finished. closed: the socket is.
 */
type Phase = "open" | "closing" | "closed";

/** One HTTP/2 session of a client. */
export class Http2Connection implements FrontConnection {
  readonly options: FrontOptions;
  readonly budget: ResponseBudget;
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #session: ServerHttp2Session;
  readonly #timer: Timer;
  readonly #incomings = new Set<Http2Incoming>();
  readonly #controls: RateLimit;
  readonly #failures: RateLimit;
  #phase: Phase = "open";
  #requests = 0;
  /** Streams that were reset, by whomever. */
  #failed = 0;
  /** Streams not closed, with or without an exchange. */
  #streams = 0;
  /** Bytes written when the client's end was last looked at, -1 before its end. */
  #bytesAtEnd = -1;
  /** The same when the last exchange was over, but not its stream. */
  #bytesAtRest = 0;
  #error: Error | undefined;

  /** Takes a socket, what was read of it given back. `onClose` is called once, when the connection is closed for good. */
  constructor(
    socket: Socket,
    client: Client,
    context: ConnectionContext,
    onClose: (connection: Http2Connection) => void,
  ) {
    const { http, http2, timers } = context.options;
    this.options = context.options;
    this.budget = new ResponseBudget(http2.sessionMemory, timers);
    this.#context = context;
    this.#client = client;
    this.#socket = socket;
    this.#controls = new RateLimit(http2.controlRate, http2.controlRate);
    this.#failures = new RateLimit(http2.resetBurst, http2.resetRate);
    this.#timer = timers.add(http.headTimeout, () => this.#timedOut());
    socket.on("end", () => this.#inputEnded());
    socket.on("error", (error) => {
      this.#error ??= new HttpError(499, "client_closed", "the client's connection failed", error);
    });
    socket.on("close", () => {
      this.#closed();
      onClose(this);
    });
    // Its 15 ms to load are left to those who speak it.
    const { performServerHandshake } = process.getBuiltinModule("node:http2");
    this.#session = performServerHandshake(socket, sessionOptions(context.options));
    this.#listen();
  }

  closeIfIdle(): void {
    this.#close();
  }

  destroy(reason: Error): number {
    const exchanges = this.#incomings.size;
    this.#error ??= reason;
    this.#closed();
    this.#session.destroy();
    this.#socket.destroy();
    return exchanges;
  }

  /** Why streams end before their time. */
  get reason(): Error {
    return (
      this.#error ?? new HttpError(499, "client_closed", "the client closed its connection, or its stream")
    );
  }

  /** The response is out, or will not be. */
  exchangeEnded(incoming: Http2Incoming): void {
    this.#incomings.delete(incoming);
    this.#linger();
  }

  /**
   * A stream may never be closed although its exchange is over: nghttp2 no longer reads once it has said GOAWAY because of
   * an error. Nothing else would end the connection then.
   */
  #linger(): void {
    if (this.#incomings.size > 0 || this.#streams === 0 || this.#phase === "closed") return;
    this.#bytesAtRest = this.#socket.bytesWritten;
    this.#timer.refresh(this.options.http.idleTimeout);
  }

  #listen(): void {
    const session = this.#session;
    spareOtherStreams(session, () => this.#failed);
    const { window } = this.options.http2;
    session.once("connect", () => {
      if (!session.destroyed) session.setLocalWindowSize(Math.max(window, 65_535));
    });
    session.on("stream", (stream, _headers, flags, raw) => this.#begin(stream, flags, raw));
    session.on("error", (error) => {
      this.#error ??= new HttpError(499, "client_closed", "the client's session failed", error);
    });
    for (const event of ["ping", "remoteSettings"])
      session.on(event, () => {
        if (!this.#controls.take()) this.#end(ERROR_CODES.enhanceYourCalm);
      });
  }

  #begin(stream: ServerHttp2Stream, flags: number, raw: string[]): void {
    stream.on("error", () => {});
    // Reset before it got here: nobody waits for an answer.
    if (stream.destroyed || stream.aborted) {
      this.#streamFailed();
      return;
    }
    this.#streams++;
    this.#timer.cancel();
    stream.on("close", () => this.#streamClosed(stream));
    const limit = this.options.http.requestsPerConnection;
    if (++this.#requests === limit) this.#close();
    // What came together with this one is answered as well.
    else if (this.#context.isDraining) setImmediate(() => this.#close());
    let request: Http2Request;
    try {
      const { http } = this.options;
      request = readHttp2Head(raw, http, (flags & END_STREAM) === 0);
      if (request.length !== undefined && request.length > http.body)
        throw tooLarge(request.length, http.body);
    } catch (error) {
      this.#refuse(stream, raw, error as HttpError);
      return;
    }
    this.#handle(stream, request);
  }

  #handle(stream: ServerHttp2Stream, request: Http2Request): void {
    const incoming = new Http2Incoming(this, stream, request, this.#client);
    this.#incomings.add(incoming);
    try {
      this.options.handler(incoming);
    } catch (error) {
      incoming.handlerFailed(error);
    }
  }

  /** Answers a head that did not become an exchange, or resets its stream. */
  #refuse(stream: ServerHttp2Stream, raw: string[], error: HttpError): void {
    if (error.code === PROTOCOL_FAULT) {
      stream.close(ERROR_CODES.protocolError);
    } else {
      const page = standardPage(error.status);
      const body = Buffer.from(page.body);
      stream.respond(http2ResponseFields(error.status, page.headers, body.length));
      const wait = new ClientWait(this.options.timers, this.options.http, () =>
        stream.close(ERROR_CODES.cancel),
      );
      wait.begin();
      this.#linger();
      stream.once("close", () => wait.end());
      // For HEAD node has ended it.
      if (!stream.writableEnded) stream.end(body);
      // What the client still sends is for nobody. An answer to HEAD goes out in this turn: a reset now would overtake it.
      if (stream.writableFinished) setImmediate(() => stream.close());
      else stream.once("finish", () => stream.close());
    }
    this.options.onRefused?.({ error, client: this.#client, ...refusedHttp2Head(raw), milliseconds: 0 });
  }

  #streamClosed(stream: ServerHttp2Stream): void {
    this.#streams--;
    if (stream.rstCode !== ERROR_CODES.noError) this.#streamFailed();
    if (this.#streams > 0 || this.#phase === "closed") return;
    const { http } = this.options;
    if (this.#phase === "closing") this.#timer.refresh(http.lingerTimeout);
    else if (this.#context.isDraining) this.#close();
    else this.#timer.refresh(http.keepAliveTimeout);
  }

  /** Whoever resets streams, or has them reset, costs work without end (CVE-2023-44487, CVE-2025-8671). */
  #streamFailed(): void {
    this.#failed++;
    if (!this.#failures.take()) this.#end(ERROR_CODES.enhanceYourCalm);
  }

  /** Says GOAWAY; what is open is finished, and the client has time to end its side. */
  #close(): void {
    if (this.#phase !== "open") return;
    this.#phase = "closing";
    this.#session.close();
    if (this.#streams === 0) this.#timer.refresh(this.options.http.lingerTimeout);
  }

  /** Ends a session that is abused. */
  #end(code: number): void {
    if (this.#phase === "closed" || this.#session.destroyed) return;
    this.#phase = "closing";
    const why = "ending a session of HTTP/2: more resets, pings or settings than http2 allows";
    const error = new HttpError(499, "client_floods", why);
    this.#error ??= error;
    this.#session.destroy(error, code);
    this.#timer.refresh(this.options.http.lingerTimeout);
  }

  /** TCP cannot tell a client that has left from one that only has no more to say. */
  #inputEnded(): void {
    this.#bytesAtEnd = this.#socket.bytesWritten;
    this.#close();
    if (this.#phase !== "closed") this.#timer.refresh(this.options.http.halfClosedTimeout);
  }

  #timedOut(): void {
    const written = this.#socket.bytesWritten;
    if (this.#bytesAtEnd >= 0 && this.#streams > 0 && written > this.#bytesAtEnd) {
      this.#bytesAtEnd = written;
      this.#timer.refresh(this.options.http.halfClosedTimeout);
    } else if (this.#incomings.size === 0 && this.#streams > 0) this.#restTimedOut(written);
    else if (this.#phase === "open") this.#close();
    else if (this.#streams === 0 || this.#bytesAtEnd >= 0 || this.#session.destroyed) this.#socket.destroy();
  }

  /** The client may still be taking what was written. */
  #restTimedOut(written: number): void {
    if (written > this.#bytesAtRest) this.#linger();
    else this.destroy(this.reason);
  }

  #closed(): void {
    if (this.#phase === "closed" && this.#incomings.size === 0) return;
    this.#phase = "closed";
    this.#timer.cancel();
    for (const incoming of this.#incomings) incoming.fail(this.reason);
  }
}

function tooLarge(length: number, limit: number): HttpError {
  return new HttpError(413, "body_too_large", `reading a request: a body of ${length} bytes, over ${limit}`);
}
