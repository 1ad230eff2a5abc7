import type { BodySource } from "../http/body.ts";
import { BytesBody } from "../http/bytes_body.ts";
import { HttpError } from "../http/http_error.ts";
import { PeekedBody } from "../http/peeked_body.ts";

/**
 * The body of a request, which can be sent on once, or read into memory by a script and then sent on as often as
 * it likes. One that was too large to be read can still be sent on.
 */
export class RequestBody {
  readonly #source: PeekedBody | undefined;
  #taken = false;
  #isReading = false;
  #read: Buffer | undefined;
  #reading: Promise<Buffer> | undefined;

  constructor(source: BodySource | undefined) {
    this.#source = source && new PeekedBody(source);
  }

  /** The body for a backend; undefined when there is none. Throws `HttpError` 500 when it has been sent on before. */
  take(): BodySource | undefined {
    const body = this.takeUnused();
    if (body !== undefined || this.#source === undefined) return body;
    throw new HttpError(
      500,
      "body_used",
      "sending a request's body on: it has been read as a stream or sent on already; read it whole first to use it twice",
    );
  }

  /** Likewise, but undefined also when it has been sent on before. */
  takeUnused(): BodySource | undefined {
    if (this.#read !== undefined) return new BytesBody(this.#read);
    if (this.#taken || this.#isReading) return undefined;
    this.#taken = true;
    return this.#source;
  }

  /**
   * The whole body in memory, as often as it is asked for. Fails with 413 above `limit` bytes, or when it has been
   * sent on.
   */
  read(limit: number): Promise<Buffer> {
    if (this.#source === undefined) return Promise.resolve(Buffer.alloc(0));
    if (this.#reading !== undefined) return this.#reading;
    if (this.#taken) {
      const message = "reading a request's body: it has been read as a stream or sent on already";
      return Promise.reject(new HttpError(500, "body_used", message));
    }
    this.#isReading = true;
    this.#reading = this.#source.read(limit).then(
      (bytes) => {
        this.#read = bytes;
        return bytes;
      },
      (error: unknown) => {
        this.#isReading = false;
        throw error;
      },
    );
    return this.#reading;
  }

  /** The exchange has its answer, or is over: of what was read in part nobody will want the rest. */
  release(): void {
    if (this.#reading !== undefined && this.#read === undefined && !this.#taken) this.#source?.cancel();
  }
}
