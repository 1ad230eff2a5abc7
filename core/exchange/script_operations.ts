import type { BackendCall } from "../backend/backend.ts";
import type { BodySource } from "../http/body.ts";
import { HttpError } from "../http/http_error.ts";
import { readBody } from "../http/read_body.ts";
import { CLIENT_LEFT, type SiteIsolate } from "../script/site_isolate.ts";
import type { EscalationReceiver } from "./escalate.ts";
import { type Answerer, type Reply, sourceOf } from "./reply.ts";

/** Failures remembered, so that one that is not caught gets its own status. */
const MOST_FAILURES = 16;
/** How a request's body fails when the client broke it off, stalled or left. */
const BROKEN_OFF = new Set([400, 408, 499]);

/** A failure that a script was told of. */
export interface ToldFailure {
  readonly error: HttpError;
  /** Whether the client is the cause, which no script can prevent. */
  readonly isClients: boolean;
}

/**
 * What a script has under way for one exchange: fetches, the bodies they brought, bodies being read. Made for
 * exchanges that need it only; ends with the exchange.
 */
export class ScriptOperations {
  readonly #isolate: SiteIsolate;
  readonly #limit: number;
  /** Operations the script waits for. */
  readonly #underWay = new Set<number>();
  readonly #calls = new Map<number, BackendCall>();
  /** Bodies being read. */
  readonly #reading = new Map<number, BodySource>();
  /** Bodies that fetches brought and nobody has used yet, by operation. */
  readonly #bodies = new Map<number, { readonly body: BodySource; readonly by: Answerer }>();
  /** Failures handed to the script, by the message it got. */
  readonly #failures = new Map<string, ToldFailure>();
  #closed = false;

  /** `limit`: bytes of a body that a script may read. */
  constructor(isolate: SiteIsolate, limit: number) {
    this.#isolate = isolate;
    this.#limit = limit;
  }

  /** Runs a fetch: `start` escalates and returns the call under way, if any. */
  fetch(operation: number, start: (receiver: EscalationReceiver) => BackendCall | undefined): void {
    let settled = false;
    this.#underWay.add(operation);
    const receiver: EscalationReceiver = {
      reply: (reply) => {
        settled = true;
        this.#fetched(operation, reply);
      },
      failed: (error) => {
        settled = true;
        const message = `fetch failed with status ${error.status} (${error.code})`;
        // Of what a backend's call fails with, only the request's body has such a status.
        this.#fail(operation, message, told(error, true));
      },
    };
    try {
      const call = start(receiver);
      if (call !== undefined && !settled) this.#calls.set(operation, call);
    } catch (error) {
      const message = `fetch: ${error instanceof Error ? error.message : String(error)}`;
      this.#fail(operation, message, told(error, false));
    }
  }

  /** Who made the answer of a fetch whose body has not been used. */
  answererOf(operation: number): Answerer | undefined {
    return this.#bodies.get(operation)?.by;
  }

  /** Takes a fetched body out, to be sent on. Undefined when there is none, or when it has been used. */
  takeBody(operation: number): BodySource | undefined {
    const body = this.#bodies.get(operation)?.body;
    if (this.#bodies.delete(operation)) this.#isolate.releaseBody(operation);
    return body;
  }

  /** Reads a body into the isolate; the request's own comes as a promise. */
  read(operation: number, body: BodySource | Promise<Buffer> | undefined, asBytes: boolean): void {
    this.#underWay.add(operation);
    if (body === undefined) return this.#fail(operation, "reading a body: it has been used already");
    if (!(body instanceof Promise)) this.#reading.set(operation, body);
    const isRequests = body instanceof Promise;
    const bytes = isRequests ? body : readBody(body, this.#limit);
    bytes.then(
      (read) => {
        if (this.#closed) return;
        this.#ended(operation);
        if (asBytes) this.#isolate.settleBytes(operation, new Uint8Array(read).buffer);
        else this.#isolate.settleText(operation, read.toString("utf8"));
      },
      (error: unknown) =>
        this.#fail(
          operation,
          error instanceof HttpError ? error.message : "the body ended early",
          told(error, isRequests),
        ),
    );
  }

  /**
   * The exchange is over, answered or because the client left: calls and reads are cancelled, bodies nobody wants
   * are let go, and the script is told.
   */
  close(isAnswered: boolean): void {
    this.#closed = true;
    const message = isAnswered ? "the request it belongs to is over" : CLIENT_LEFT;
    for (const call of this.#calls.values()) call.cancel();
    for (const body of this.#reading.values()) body.cancel();
    for (const [operation, { body }] of this.#bodies) {
      body.cancel();
      this.#isolate.releaseBody(operation);
    }
    for (const operation of this.#underWay) {
      this.#isolate.failOperation(operation, "Error", message);
    }
    this.#calls.clear();
    this.#reading.clear();
    this.#bodies.clear();
    this.#underWay.clear();
  }

  #ended(operation: number): void {
    this.#underWay.delete(operation);
    this.#calls.delete(operation);
    this.#reading.delete(operation);
  }

  #fetched(operation: number, reply: Reply): void {
    const body = sourceOf(reply.body);
    if (this.#closed) {
      body?.cancel();
      return;
    }
    this.#ended(operation);
    if (body !== undefined) this.#bodies.set(operation, { body, by: reply.by });
    let fields = reply.headers.toText();
    const length = body?.length ?? reply.declaredLength;
    if (length !== undefined) fields += `Content-Length: ${length}\r\n`;
    this.#isolate.settleFetch(operation, reply.status, body !== undefined, fields);
  }

  /** The failure behind an error that a script let pass: its status tells more than a 500. */
  failureIn(stack: string): ToldFailure | undefined {
    for (const [message, failure] of this.#failures) if (stack.includes(message)) return failure;
    return undefined;
  }

  #fail(operation: number, message: string, failure?: ToldFailure): void {
    if (this.#closed) return;
    this.#ended(operation);
    if (failure !== undefined && this.#failures.size < MOST_FAILURES) this.#failures.set(message, failure);
    this.#isolate.failOperation(operation, "TypeError", message);
  }
}

/** Undefined for what has no status of its own. */
function told(error: unknown, isRequestBody: boolean): ToldFailure | undefined {
  if (!(error instanceof HttpError)) return undefined;
  return { error, isClients: isRequestBody && BROKEN_OFF.has(error.status) };
}
