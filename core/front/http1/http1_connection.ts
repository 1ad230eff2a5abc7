import type { Socket } from "node:net";
import type { HttpConfig } from "../../config/config.ts";
import type { BodySource } from "../../http/body.ts";
import { HttpError } from "../../http/http_error.ts";
import type { Client } from "../../http/incoming.ts";
import type { ParsedRequest } from "../../http/parse_request_head.ts";
import type { Timer } from "../../http/timer_wheel.ts";
import type { ConnectionContext } from "../connection_context.ts";
import type { FrontConnection } from "../front_connection.ts";
import { releaseSocket } from "../http2/preface.ts";
import { resetSocket } from "../tls/wrapped_socket.ts";
import { BodyDrain } from "./body_drain.ts";
import { ClientSilence } from "./client_silence.ts";
import { Http1Incoming } from "./http1_incoming.ts";
import { Http1Input, type InputOwner } from "./http1_input.ts";
import type { Http1Phase } from "./http1_phase.ts";
import { Http1Tunnel } from "./http1_tunnel.ts";
import { isFollowable } from "./is_followable.ts";
import { LingeringClose } from "./lingering_close.ts";
import { answerRefusal } from "./refusal.ts";
import { type BodyOwner, RequestBody } from "./request_body.ts";
import { RequestReader } from "./request_reader.ts";
import { type ResponseOwner, ResponseWriter } from "./response_writer.ts";

/** One HTTP/1 connection of a client: requests off the socket one after the other, responses in their order. */
export class Http1Connection implements FrontConnection, InputOwner, BodyOwner, ResponseOwner {
  readonly client: Client;
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #http: HttpConfig;
  readonly #input: Http1Input;
  readonly #writer: ResponseWriter;
  readonly #reader: RequestReader;
  readonly #timer: Timer;
  readonly #silence: ClientSilence;
  #phase: Http1Phase = "idle";
  #requests = 0;
  /** The current exchange. */
  #request: ParsedRequest | undefined;
  #incoming: Http1Incoming | undefined;
  #body: RequestBody | undefined;
  #tunnel: Http1Tunnel | undefined;
  /** Whether the connection goes on after the current response. */
  #persists = true;
  /** Whether what the client sends can't be followed any more. */
  #isBroken = false;
  #error: Error | undefined;

  /** `onClose` is called once, when the connection is closed for good. */
  constructor(
    socket: Socket,
    client: Client,
    context: ConnectionContext,
    onClose: (connection: Http1Connection) => void,
  ) {
    const { http, timers } = context.options;
    this.#socket = socket;
    this.#context = context;
    this.#http = http;
    this.#reader = new RequestReader(context.options, client);
    this.client = client;
    this.#timer = timers.add(http.headTimeout, () => this.#timedOut());
    this.#input = new Http1Input(socket, this, http.readAhead, context.reads);
    this.#writer = new ResponseWriter(socket, this, context.writes);
    this.#silence = new ClientSilence({
      socket,
      timer: this.#timer,
      writer: this.#writer,
      http,
      timers,
      failed: (error) => this.#clientFailed(error),
    });
    socket.on("error", (error) => {
      this.#error ??= new HttpError(499, "client_closed", "the client's connection failed", error);
    });
    socket.on("close", () => {
      this.#closed();
      onClose(this);
    });
  }

  closeIfIdle(): void {
    if (this.#phase === "idle") this.#close();
  }

  destroy(reason: Error): number {
    const exchanges = this.#incoming === undefined ? 0 : 1;
    this.#error ??= reason;
    this.#socket.destroy();
    this.#closed();
    return exchanges;
  }

  /** Begins the text of a response head, all but framing and empty line. Decides whether the connection goes on. */
  beginHead(status: number, fields: string, flags: number, mustClose: boolean): string {
    this.#persists = !mustClose && this.#mayPersist();
    const text = this.#context.heads.begin(status, fields, flags);
    if (!this.#persists) return `${text}Connection: close\r\n`;
    return this.#request?.head.minorVersion === 0 ? `${text}Connection: keep-alive\r\n` : text;
  }

  /** Sends 101 with these fields, then `downstream` as it is. Returns what the client sends. */
  switchProtocols(fields: string, downstream: BodySource): BodySource {
    const tunnel = new Http1Tunnel(this.#input, this.#writer, () => this.#tunnelEnded());
    this.#phase = "tunnel";
    this.#tunnel = tunnel;
    this.#silence.switched(tunnel);
    tunnel.open(fields, downstream);
    return tunnel;
  }

  /**
   * Resets the connection, for an orderly end would complete a body that lasts until the close. Unix sockets know
   * no reset, whatever a PROXY header says of ports.
   */
  responseFailed(error: Error): void {
    this.#error ??= error;
    resetSocket(this.#socket);
  }

  responseBlocked(): void {
    if (this.#phase === "exchange") this.#silence.blocked();
  }

  responseDone(bytes: number): void {
    if (this.#tunnel !== undefined) {
      this.#socket.end();
      this.#tunnel.downstreamEnded(bytes);
      return;
    }
    const incoming = this.#incoming!;
    const body = this.#body;
    this.#incoming = undefined;
    this.#silence.over();
    const isComplete = body === undefined || body.isDone;
    if (!isComplete) body.discard();
    if (!this.#persists || this.#isBroken || (body?.remaining ?? 0) > this.#http.drainBody) this.#close();
    else if (isComplete) this.#rest();
    else this.#drain(body);
    incoming.finish(bytes, undefined);
    this.#input.process();
  }

  bodyWanted(): void {
    if (this.#phase !== "exchange") return;
    this.#silence.waitsForBody(this.#body!);
    if (this.#input.isEmpty) this.#incoming?.continueIfAwaited();
    this.#input.process();
  }

  get takesHead(): boolean {
    return this.#phase === "idle" || this.#phase === "head";
  }

  takeInput(chunk: Buffer, offset: number): boolean {
    if (this.#phase !== "exchange") {
      this.#readHead(chunk, offset);
      return true;
    }
    if (this.#body?.wants !== true) return false;
    this.#readBody(this.#body, chunk, offset);
    return true;
  }

  inputEnded(): void {
    if (this.#phase !== "exchange") {
      this.#close();
    } else if (this.#body?.isOver === false) {
      this.#isBroken = true;
      this.#body.inputEnded();
    } else this.#silence.ended();
  }

  #readHead(chunk: Buffer, offset: number): void {
    const request = this.#reader.read(chunk, offset);
    this.#input.advance(request === undefined ? chunk.length : this.#reader.end);
    if (request === undefined) {
      // The first head has its time from the connection's begin.
      if (this.#phase === "idle" && this.#requests > 0) this.#timer.refresh(this.#http.headTimeout);
      this.#phase = "head";
    } else if (request instanceof HttpError) this.#refuse(request);
    else this.#begin(request);
  }

  #begin(request: ParsedRequest): void {
    const { http, proxies } = this.#context.options;
    this.#phase = "exchange";
    this.#requests++;
    this.#request = request;
    this.#body = request.framing === 0 ? undefined : new RequestBody(request.framing, http, this);
    const incoming = new Http1Incoming(this, this.#writer, request, this.#body, proxies);
    this.#incoming = incoming;
    try {
      this.#context.options.handler(incoming);
    } catch (error) {
      incoming.handlerFailed(error);
    }
  }

  #refuse(error: HttpError): void {
    const { isHttp2Preface } = this.#reader;
    if (isHttp2Preface && this.#requests === 0 && this.#context.speakHttp2 !== undefined) {
      this.#phase = "closed";
      this.#timer.cancel();
      releaseSocket(this.#socket, this.#input.release());
      this.#context.speakHttp2(this, this.#socket, this.client);
      return;
    }
    answerRefusal(this.#socket, this.#context, this.#reader.refusal(error));
    this.#close();
  }

  #readBody(body: RequestBody, chunk: Buffer, offset: number): void {
    this.#silence.waitsForBody(body);
    let end = chunk.length;
    try {
      end = body.take(chunk, offset);
    } catch (error) {
      this.#isBroken = true;
      body.fail(error as Error);
      // The response may have been completed by a sink while the chunk was decoded.
      if (this.#phase !== "exchange") this.#close();
    }
    this.#input.advance(end);
  }

  /** Whether the connection may go on after the current exchange, as far as one knows before its response. */
  #mayPersist(): boolean {
    const limit = this.#http.requestsPerConnection;
    if (this.#isBroken || this.#context.isDraining) return false;
    // A client that is sure of its offer may have sent what is no HTTP (RFC 9110 section 7.8 forbids it).
    if (this.#incoming?.upgrade !== undefined) return false;
    if (limit > 0 && this.#requests >= limit) return false;
    if (this.#input.hasEnded && this.#input.isEmpty) return false;
    return isFollowable(this.#request!, this.#body, this.#http.drainBody);
  }

  #rest(): void {
    this.#phase = "idle";
    this.#body = undefined;
    this.#timer.refresh(this.#http.keepAliveTimeout);
    // A request that came behind this one's answer is answered as well, with Connection: close.
    if (this.#context.endsIdle && this.#input.isEmpty) this.#close();
  }

  #drain(body: RequestBody): void {
    this.#phase = "drain";
    this.#timer.refresh(this.#http.lingerTimeout);
    const drained = (isUsable: boolean): void => {
      this.#input.handOver(this);
      if (isUsable) this.#rest();
      else this.#close();
    };
    this.#input.handOver(new BodyDrain(body, this.#input, this.#http.drainBody, drained));
  }

  /** Ends our side and gives the client time to read and to end its own. */
  #close(): void {
    if (this.#phase === "closing" || this.#phase === "closed") return;
    this.#phase = "closing";
    this.#input.handOver(new LingeringClose(this.#socket, this.#input, this.#http.lingerBody));
    this.#timer.refresh(this.#http.lingerTimeout);
  }

  #timedOut(): void {
    switch (this.#phase) {
      case "idle":
        // A request may be in the kernel already; closed upon, its client would see a reset.
        setImmediate(() => this.closeIfIdle());
        break;
      case "drain":
        this.#close();
        this.#input.process();
        break;
      case "head":
        this.#refuse(this.#reader.timedOut());
        break;
      case "exchange":
      case "tunnel":
        this.#silence.expired();
        break;
      default:
        this.#socket.destroy();
    }
  }

  #clientFailed(error: HttpError): void {
    if (error.status === 408) {
      this.#isBroken = true;
      this.#body?.fail(error);
    } else {
      this.#error ??= error;
      this.#socket.destroy();
    }
  }

  /** Both directions have ended. */
  #tunnelEnded(): void {
    const incoming = this.#incoming;
    this.#incoming = undefined;
    this.#close();
    incoming?.finish(this.#tunnel!.sent, undefined);
  }

  #closed(): void {
    this.#phase = "closed";
    this.#timer.cancel();
    this.#silence.over();
    const incoming = this.#incoming;
    if (incoming === undefined) return;
    this.#incoming = undefined;
    const error = this.#error ?? new HttpError(499, "client_closed", "the client closed its connection");
    const bytes = this.#tunnel?.sent ?? this.#writer.bytes;
    this.#body?.fail(error);
    this.#tunnel?.fail(error);
    this.#writer.cancel();
    incoming.finish(bytes, error);
  }
}
