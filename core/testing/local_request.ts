import { type BodySource, isBodySource, type ResponseBody } from "../http/body.ts";
import { isBodiless } from "../http/body_framing.ts";
import { BytesBody } from "../http/bytes_body.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { Client, Incoming, ResponseHead } from "../http/incoming.ts";
import { readBody } from "../http/read_body.ts";
import type { RequestHead } from "../http/request_head.ts";
import { type AnswerReceiver, handOver } from "./answer_receiver.ts";

/** Bytes of an answer that are taken into memory. */
const LONGEST_ANSWER = 1024 ** 3;

/** What a client gets. */
export interface LocalAnswer {
  readonly status: number;
  /** With the Content-Length a listener would add. */
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** A request that no listener has received: the proxy's end of it, and a promise of the answer. */
export class LocalRequest implements Incoming {
  readonly head: RequestHead;
  readonly body: BytesBody | undefined;
  readonly client: Client;
  readonly localPort: number;
  readonly protocol = "HTTP/1.1";
  readonly upgrade = undefined;
  /** False leaves the answer's body unread, as that to HEAD. */
  wantsBody = true;
  /** Gets a body that is still to come, which `answer` has not then. */
  receiver: AnswerReceiver | undefined;
  onFinished: ((bytes: number, error: Error | undefined) => void) | undefined;
  /** Rejects when the answer breaks off, or when the client leaves. */
  readonly answer: Promise<LocalAnswer>;
  readonly #resolve: (answer: LocalAnswer) => void;
  readonly #reject: (error: unknown) => void;
  #over = false;
  #body: BodySource | undefined;

  constructor(head: RequestHead, body: Buffer | undefined, client: Client) {
    this.head = head;
    this.body = body && new BytesBody(body);
    this.client = client;
    this.localPort = client.tls ? 443 : 80;
    const { promise, resolve, reject } = Promise.withResolvers<LocalAnswer>();
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Nobody is there who could speak another protocol. */
  switchProtocols(): BodySource {
    throw new Error("switching protocols: a local request offers none");
  }

  inform(): void {}

  respond(head: ResponseHead, body: ResponseBody): void {
    // Never rejects.
    void this.#receive(head, body);
  }

  /** The client closes its connection. Does nothing once the exchange is over. */
  leave(reason: Error): void {
    if (this.#over) return;
    this.#finish(0, reason);
    this.#body?.cancel();
    this.#reject(reason);
  }

  async #receive(
    { status, headers: given, declaredLength }: ResponseHead,
    body: ResponseBody,
  ): Promise<void> {
    try {
      const headers = given.clone();
      const isLeftOut = !this.wantsBody || isBodiless(status, this.head.method);
      const { receiver } = this;
      if (receiver !== undefined && !isLeftOut && isBodySource(body)) {
        return await this.#pass(status, headers, body, receiver);
      }
      const bytes = isLeftOut ? discard(body) : await readAnswer(body);
      const length = bytes === undefined ? (declaredLength ?? lengthOf(body)) : bytes.length;
      if (length !== undefined && status !== 204 && status !== 304) {
        headers.set("Content-Length", String(length));
      }
      this.#finish(bytes?.length ?? 0, undefined);
      this.#resolve({ status, headers, body: bytes ?? Buffer.alloc(0) });
    } catch (error) {
      this.#finish(0, error as Error);
      this.#reject(error);
    }
  }

  async #pass(
    status: number,
    headers: HeaderList,
    body: BodySource,
    receiver: AnswerReceiver,
  ): Promise<void> {
    this.#body = body;
    if (body.length !== undefined) headers.set("Content-Length", String(body.length));
    receiver.begin(status, headers);
    await handOver(body, receiver);
    this.#finish(body.length ?? 0, undefined);
    this.#resolve({ status, headers, body: Buffer.alloc(0) });
  }

  #finish(bytes: number, error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.onFinished?.(bytes, error);
  }
}

function discard(body: ResponseBody): undefined {
  if (isBodySource(body)) body.cancel();
  return undefined;
}

async function readAnswer(body: ResponseBody): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (isBodySource(body)) return await readBody(body, LONGEST_ANSWER);
  return typeof body === "string" ? Buffer.from(body) : Buffer.from(body as Uint8Array);
}

function lengthOf(body: ResponseBody): number | undefined {
  if (body === undefined) return undefined;
  if (isBodySource(body)) return body.length;
  return typeof body === "string" ? Buffer.byteLength(body) : (body as Uint8Array).length;
}
