import type { LookupFunction } from "node:net";
import type { BackendConfig } from "../config/config.ts";
import { HttpError } from "../http/http_error.ts";
import type { HeadLimits } from "../http/parse_request_head.ts";
import type { TimerWheel } from "../http/timer_wheel.ts";
import { BackendMetrics } from "../observe/metrics/backend_metrics.ts";
import type { Backend, BackendCall, BackendReceiver, BackendRequest } from "./backend.ts";
import { ConnectionPool } from "./connection_pool.ts";
import {
  Http1Connection,
  type Http1ConnectionOptions,
  type Http1ConnectionOwner,
} from "./protocol/http1_connection.ts";
import { Http1Exchange } from "./protocol/http1_exchange.ts";
import { http1RequestHead } from "./protocol/http1_request_head.ts";
import { ReadMemory } from "./read_memory.ts";
import { WaitQueue } from "./wait_queue.ts";

export interface Http1BackendOptions {
  readonly timers: TimerWheel;
  /** Limits of response heads. */
  readonly head: HeadLimits;
  /** Certificates to trust for `https` servers instead of Node's, in PEM. */
  readonly ca?: string | undefined;
  /** Instead of `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined;
  /** Where reads land, which several backends may share. */
  readonly memory?: ReadMemory | undefined;
}

/**
 * A server speaking HTTP/1.1, over TCP, TLS or a Unix socket: a pool of connections and a queue before it.
 * The receiver is never called before `send` has returned.
 */
export class Http1Backend implements Backend, Http1ConnectionOwner {
  readonly name: string;
  readonly metrics = new BackendMetrics(this);
  readonly #config: BackendConfig;
  readonly #pool: ConnectionPool<Http1Connection>;
  readonly #queue: WaitQueue<Http1Exchange>;
  readonly #connectionOptions: Http1ConnectionOptions;
  readonly #cancelled = (exchange: Http1Exchange): void => this.#cancel(exchange);

  constructor(config: BackendConfig, options: Http1BackendOptions) {
    this.name = config.name;
    this.#config = config;
    this.#pool = new ConnectionPool(config);
    this.#queue = new WaitQueue({
      size: config.queue,
      patience: config.connectTimeout,
      timers: options.timers,
      expired: (exchange) => exchange.failed(this.#waitedTooLong()),
    });
    this.#connectionOptions = {
      ...options,
      config,
      memory: options.memory ?? new ReadMemory(),
    };
  }

  /** Connections open or being opened. */
  get connections(): number {
    return this.#pool.open;
  }

  get idleConnections(): number {
    return this.#pool.idle;
  }

  /** Requests waiting for a connection. */
  get waiting(): number {
    return this.#queue.length;
  }

  send(request: BackendRequest, receiver: BackendReceiver): BackendCall {
    let head: string;
    try {
      head = http1RequestHead(request);
    } catch (error) {
      const exchange = new Http1Exchange(request, "", receiver, this.#cancelled);
      process.nextTick(() => exchange.failed(error as HttpError));
      return exchange;
    }
    const exchange = new Http1Exchange(request, head, receiver, this.#cancelled);
    const connection = this.#pool.take();
    if (connection !== undefined) connection.begin(exchange);
    else if (this.#pool.reserve()) this.#open(exchange);
    else if (!this.#queue.add(exchange)) process.nextTick(() => exchange.failed(this.#queueFull()));
    return exchange;
  }

  /** Calls that come later are still carried, on connections that close after them. */
  close(): void {
    this.#pool.close();
  }

  connectionFree(connection: Http1Connection): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#pool.keep(connection);
    else connection.begin(next);
  }

  connectionClosed(
    connection: Http1Connection,
    exchange: Http1Exchange | undefined,
    failure: HttpError,
    untouched: boolean,
  ): void {
    this.#pool.remove(connection);
    const repeat = exchange !== undefined && untouched && exchange.repeatable;
    // Before the queue: it has waited already.
    if (repeat && this.#pool.reserve()) this.#open(exchange);
    this.#serveQueue();
    if (!repeat) exchange?.failed(failure);
  }

  /** Opens a connection, counted already, for one exchange. */
  #open(exchange: Http1Exchange): void {
    new Http1Connection(this.#connectionOptions, this, exchange);
  }

  #serveQueue(): void {
    while (this.#queue.length > 0 && this.#pool.reserve()) this.#open(this.#queue.shift()!);
  }

  #cancel(exchange: Http1Exchange): void {
    if (exchange.connection !== undefined) exchange.connection.cancel(exchange);
    else this.#queue.delete(exchange);
  }

  #queueFull(): HttpError {
    const { connections, queue } = this.#config;
    const message = `backend ${this.name}: ${connections} connections are busy and ${queue} requests wait`;
    return new HttpError(503, "backend_queue_full", message);
  }

  #waitedTooLong(): HttpError {
    const message = `backend ${this.name}: no connection became free within ${this.#config.connectTimeout} ms`;
    return new HttpError(504, "backend_queue_timeout", message);
  }
}
