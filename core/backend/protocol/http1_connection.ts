import type { LookupFunction, Socket } from "node:net";
import type { BackendConfig } from "../../config/config.ts";
import type { BodySource } from "../../http/body.ts";
import { UNTIL_CLOSE } from "../../http/body_framing.ts";
import { BytesBody } from "../../http/bytes_body.ts";
import { removeHopByHop } from "../../http/hop_by_hop.ts";
import { HttpError } from "../../http/http_error.ts";
import type { HeadLimits } from "../../http/parse_request_head.ts";
import type { ParsedResponse } from "../../http/parse_response_head.ts";
import type { Timer, TimerWheel } from "../../http/timer_wheel.ts";
import type { PooledConnection } from "../connection_pool.ts";
import { openSocket, serverName } from "../open_socket.ts";
import { connectionPreface } from "../proxy_header_out.ts";
import type { ReadMemory } from "../read_memory.ts";
import { socketError } from "../socket_error.ts";
import { deadlinePassed, type Phase } from "./http1_deadline.ts";
import type { Http1Exchange } from "./http1_exchange.ts";
import { Http1RequestWriter, type RequestWriterEvents } from "./http1_request_writer.ts";
import { finalResponse, switchedResponse } from "./http1_response.ts";
import { type BodyConnection, Http1ResponseBody } from "./http1_response_body.ts";
import { Http1ResponseHeadReader } from "./http1_response_head.ts";

export interface Http1ConnectionOptions {
  readonly config: BackendConfig;
  readonly timers: TimerWheel;
  /** Limits of response heads. */
  readonly head: HeadLimits;
  /** Where reads land; connections of one thread may share it. */
  readonly memory: ReadMemory;
  readonly ca?: string | undefined;
  readonly lookup?: LookupFunction | undefined;
}

/** What a connection tells the pool it belongs to. */
export interface Http1ConnectionOwner {
  /** The exchange is over and the next one may begin. */
  connectionFree(connection: Http1Connection): void;
  /**
   * Closed, for good. `exchange` is the one that got no response, because of `failure`. `untouched` tells that
   * the server closed a connection that had served before without a byte of an answer: most likely it had run
   * into its keep-alive time while the request was on its way.
   */
  connectionClosed(
    connection: Http1Connection,
    exchange: Http1Exchange | undefined,
    failure: HttpError,
    untouched: boolean,
  ): void;
}

/** One connection to a server, carrying one exchange at a time. Opens itself when made. */
export class Http1Connection implements PooledConnection, RequestWriterEvents, BodyConnection {
  readonly #config: BackendConfig;
  readonly #memory: ReadMemory;
  readonly #owner: Http1ConnectionOwner;
  readonly #socket: Socket;
  readonly #timer: Timer;
  readonly #writer: Http1RequestWriter;
  readonly #heads: Http1ResponseHeadReader;
  #phase: Phase = "connecting";
  #exchange: Http1Exchange | undefined;
  /** Of the response being received. */
  #body: Http1ResponseBody | undefined;
  /** Whether another exchange may follow this one. */
  #persistent = false;
  #paused = false;
  #connected = false;
  #served = false;
  #failure: HttpError | undefined;

  /** Begins `exchange` as soon as the connection stands. */
  constructor(options: Http1ConnectionOptions, owner: Http1ConnectionOwner, exchange: Http1Exchange) {
    const { config, memory, ca, lookup } = options;
    this.#config = config;
    this.#memory = memory;
    this.#owner = owner;
    this.#exchange = exchange;
    exchange.begun(this);
    this.#heads = new Http1ResponseHeadReader(options.head);
    const onRead = (length: number): void => this.#read(length);
    const preface = connectionPreface(config.proxyProtocol, exchange.client);
    const socket = openSocket(config.server, { buffer: memory.buffer, ca, lookup, onRead, preface });
    this.#socket = socket;
    this.#writer = new Http1RequestWriter(socket, this);
    this.#timer = options.timers.add(config.connectTimeout, () => this.#expired());
    socket.on(config.server.tls ? "secureConnect" : "connect", () => this.#ready());
    socket.on("drain", () => this.#writer.drained());
    socket.on("end", () => this.#ended());
    socket.on("error", (error) => {
      this.#failure ??= socketError(error, config.server, this.#connected);
    });
    socket.on("close", () => this.#closed());
  }

  /** Whether the next exchange may begin. */
  get usable(): boolean {
    return this.#phase === "idle" && !this.#socket.destroyed;
  }

  /** Begins the next exchange, on an idle connection. */
  begin(exchange: Http1Exchange): void {
    this.#exchange = exchange;
    exchange.begun(this);
    this.#send(exchange);
  }

  /** The receiver is gone. Does nothing when the exchange is no longer this connection's. */
  cancel(exchange: Http1Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    this.#body?.cancel();
    this.destroy();
  }

  destroy(): void {
    this.#phase = "closing";
    this.#writer.stop();
    this.#socket.destroy();
  }

  requestProgress(stalled: boolean): void {
    if (this.#phase === "tunnel") return;
    // The answer has begun meanwhile: either direction is progress.
    if (this.#body !== undefined) this.#timer.refresh();
    if (this.#phase !== "request body" && this.#phase !== "sending") return;
    this.#phase = stalled ? "sending" : "request body";
    this.#timer.refresh();
  }

  requestSent(): void {
    if (this.#phase === "closing" || this.#phase === "tunnel" || this.#body !== undefined) return;
    this.#phase = "response head";
    this.#timer.refresh(this.#config.responseTimeout);
  }

  requestFailed(error: Error): void {
    const message = "the body of a request to a backend failed";
    this.#fail(
      error instanceof HttpError ? error : new HttpError(400, "request_body_failed", message, error),
    );
  }

  pauseReading(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
    if (this.#phase === "tunnel") return;
    this.#phase = "receiver";
    this.#timer.refresh();
  }

  resumeReading(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#phase === "receiver") {
      this.#phase = "response body";
      this.#timer.refresh();
    }
    this.#socket.resume();
  }

  bodyComplete(surplus: boolean): void {
    this.#finish(!surplus);
  }

  bodyAbandoned(): void {
    this.#finish(false);
  }

  #ready(): void {
    this.#connected = true;
    if (this.#exchange !== undefined && this.#phase === "connecting") this.#send(this.#exchange);
  }

  #send(exchange: Http1Exchange): void {
    this.#heads.next();
    if (exchange.body !== undefined) {
      this.#phase = "request body";
      this.#timer.refresh(this.#config.idleTimeout);
    }
    this.#writer.write(exchange.head, exchange.body);
  }

  #read(length: number): void {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      // Nobody asked; the next request on this connection would take it for its answer.
      this.destroy();
      return;
    }
    const chunk = this.#memory.buffer.subarray(0, length);
    if (this.#body !== undefined) {
      if (this.#phase !== "tunnel") this.#timer.refresh();
      this.#body.receive(this.#memory.copy(chunk));
      return;
    }
    const head = this.#readHead(chunk, exchange);
    if (this.#heads.interim.length > 0) this.#inform(exchange, head, Buffer.from(chunk));
    else if (head !== undefined) this.#respond(exchange, head, chunk);
  }

  /** Passes interim responses on, and the final one behind them; the chunk is a copy. */
  #inform(exchange: Http1Exchange, head: ParsedResponse | undefined, chunk: Buffer): void {
    for (const { status, headers } of this.#heads.interim.splice(0)) {
      removeHopByHop(headers);
      exchange.interim(status, headers);
    }
    if (head !== undefined && this.#exchange === exchange) this.#respond(exchange, head, chunk);
  }

  #readHead(chunk: Buffer, { method, upgrade }: Http1Exchange): ParsedResponse | undefined {
    try {
      return this.#heads.read(chunk, method, upgrade);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#fail(error);
      return undefined;
    }
  }

  #respond(exchange: Http1Exchange, head: ParsedResponse, chunk: Buffer): void {
    const { framing } = head;
    const start = this.#heads.end;
    const available = chunk.length - start;
    this.#persistent = head.persistent && this.#config.proxyProtocol === "none";
    // A refusal before its time: the server does not want the rest of the request, and what came after it closed
    // would reset the connection with the answer on it. Others may answer while they read.
    if (head.status >= 400 || !head.persistent) {
      this.#persistent &&= !this.#writer.unfinished;
      this.#writer.stop();
    }
    if (head.status === 101) return this.#switch(exchange, head, chunk.subarray(start));
    // The buffer is shared, so the bytes leave it before anybody else is called.
    if (framing >= 0 && available >= framing) {
      const whole = framing > 0 ? Buffer.from(chunk.subarray(start, start + framing)) : undefined;
      this.#finish(available === framing);
      exchange.response(finalResponse(head, whole === undefined ? undefined : new BytesBody(whole)));
      return;
    }
    const first = available > 0 ? this.#memory.copy(chunk.subarray(start)) : undefined;
    const body = new Http1ResponseBody(framing, this, first, this.#memory);
    this.#body = body;
    this.#phase = "response body";
    this.#timer.refresh(this.#config.idleTimeout);
    exchange.response(finalResponse(head, body));
    body.pauseUnlessStarted();
  }

  /** The server has accepted the offer to switch protocols. */
  #switch(exchange: Http1Exchange, head: ParsedResponse, rest: Buffer): void {
    const body = new Http1ResponseBody(UNTIL_CLOSE, this, rest.length > 0 ? Buffer.from(rest) : undefined);
    this.#body = body;
    this.#phase = "response body";
    this.#timer.refresh(this.#config.idleTimeout);
    exchange.response(switchedResponse(head, body, (client) => this.#tunnel(body, client)));
    body.pauseUnlessStarted();
  }

  #tunnel(body: Http1ResponseBody, client: BodySource): void {
    if (this.#body !== body) return client.cancel();
    this.#phase = "tunnel";
    this.#timer.cancel();
    this.#writer.tunnel(client);
  }

  /** The exchange is over, for the connection. */
  #finish(clean: boolean): void {
    this.#exchange = undefined;
    this.#body = undefined;
    if (!clean || !this.#persistent || this.#writer.unfinished || this.#phase === "closing") {
      this.destroy();
      return;
    }
    this.#phase = "idle";
    this.#served = true;
    this.#timer.refresh(this.#config.keepAlive);
    this.resumeReading();
    this.#owner.connectionFree(this);
  }

  /** The server has sent its last byte. */
  #ended(): void {
    const body = this.#body;
    if (body !== undefined) {
      this.#exchange = undefined;
      this.#body = undefined;
      body.connectionEnded();
    }
    // In a tunnel the client may still send.
    if (this.#phase !== "tunnel") this.destroy();
  }

  #fail(failure: HttpError): void {
    this.#failure ??= failure;
    this.destroy();
  }

  #expired(): void {
    if (this.#phase === "idle") this.destroy();
    else if (this.#phase !== "closing") this.#fail(deadlinePassed(this.#phase, this.#config));
  }

  #closed(): void {
    this.#phase = "closing";
    this.#timer.cancel();
    this.#writer.stop();
    const name = serverName(this.#config.server);
    const failure =
      this.#failure ??
      new HttpError(502, "backend_closed", `${name} closed the connection before its response`);
    const exchange = this.#exchange;
    const body = this.#body;
    this.#exchange = undefined;
    this.#body = undefined;
    const untouched = this.#served && !this.#heads.started && failure.code === "backend_closed";
    this.#owner.connectionClosed(this, body === undefined ? exchange : undefined, failure, untouched);
    body?.abort(failure);
  }
}
