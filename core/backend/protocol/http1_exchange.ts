import type { BodySource } from "../../http/body.ts";
import type { HeaderList } from "../../http/header_list.ts";
import type { HttpError } from "../../http/http_error.ts";
import type { Client } from "../../http/incoming.ts";
import type { BackendCall, BackendReceiver, BackendRequest, BackendResponse } from "../backend.ts";
import type { Http1Connection } from "./http1_connection.ts";

/** Methods that may be sent twice without changing what they do (RFC 9110 section 9.2.2). */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** One request on its way: waiting, on a connection, or over. */
export class Http1Exchange implements BackendCall {
  readonly method: string;
  /** Made by `http1RequestHead`. */
  readonly head: string;
  readonly body: BodySource | undefined;
  /** Told to servers that want a PROXY header. */
  readonly client: Client | undefined;
  /** Protocols offered to switch to. */
  readonly upgrade: string | undefined;
  /** The connection that carries it, or did. */
  connection: Http1Connection | undefined;
  #attempts = 0;
  #receiver: BackendReceiver | undefined;
  readonly #cancelled: (exchange: Http1Exchange) => void;

  /** `cancelled` is called when the exchange ends on the receiver's wish. */
  constructor(
    request: BackendRequest,
    head: string,
    receiver: BackendReceiver,
    cancelled: (exchange: Http1Exchange) => void,
  ) {
    this.method = request.method;
    this.head = head;
    this.body = request.body;
    this.client = request.client;
    this.upgrade = request.upgrade;
    this.#receiver = receiver;
    this.#cancelled = cancelled;
  }

  /** Called by the connection that begins to carry it. */
  begun(connection: Http1Connection): void {
    this.connection = connection;
    this.#attempts++;
  }

  /** Whether a second attempt can do no harm. A body that has begun can't be had again. */
  get repeatable(): boolean {
    return this.#attempts === 1 && this.body === undefined && IDEMPOTENT.has(this.method);
  }

  interim(status: number, headers: HeaderList): void {
    this.#receiver?.interim?.(status, headers);
  }

  response(response: BackendResponse): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    if (receiver === undefined) response.body?.cancel();
    else receiver.response(response);
  }

  failed(error: HttpError): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    this.body?.cancel();
    receiver?.failed(error);
  }

  cancel(): void {
    this.#receiver = undefined;
    this.body?.cancel();
    this.#cancelled(this);
  }
}
