import type { BackendCall } from "../backend/backend.ts";
import type { BodySource } from "../http/body.ts";
import { bodySourceOf } from "../http/bytes_body.ts";
import { HttpError } from "../http/http_error.ts";
import { fetchFailure, fetchReason } from "../script/failure/fetch_failure.ts";
import { HeldBodies } from "../script/held_bodies.ts";
import { CLIENT_LEFT } from "../script/isolate_services.ts";
import type { ScriptWork } from "../script/script_work.ts";
import { bodyFailure } from "../script/unbound_work.ts";
import type { EscalationReceiver } from "./escalate.ts";
import { type Answerer, fieldsWithLength, type Reply } from "./reply.ts";

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
  readonly #work: ScriptWork;
  /** Operations the script waits for. */
  readonly #underWay = new Set<number>();
  readonly #calls = new Map<number, BackendCall>();
  readonly #bodies: HeldBodies;
  /** Who answered the fetches whose bodies nobody has used yet. */
  readonly #answerers = new Map<number, Answerer>();
  /** Those of which a 101 came, likewise. */
  readonly #switched = new Map<number, Reply>();
  /** Reads of the request's own body. */
  readonly #ofRequest = new Set<number>();
  /** Failures handed to the script, by the message it got. */
  readonly #failures = new Map<string, ToldFailure>();
  #closed = false;

  /** `limit`: bytes of a body that a script may read. */
  constructor(work: ScriptWork, limit: number) {
    this.#work = work;
    this.#bodies = new HeldBodies(limit, {
      text: (operation, text) => {
        this.#ended(operation);
        work.outcomes.settleText(operation, text);
      },
      bytes: (operation, bytes) => {
        this.#ended(operation);
        work.outcomes.settleBytes(operation, bytes);
      },
      failed: (operation, error) =>
        this.#fail(operation, bodyFailure(error), told(error, this.#ofRequest.has(operation))),
      released: (operation) => work.outcomes.releaseBody(operation),
    });
  }

  /** Runs a fetch of `path`: `start` escalates and returns the call under way, if any. */
  fetch(
    operation: number,
    path: unknown,
    start: (receiver: EscalationReceiver) => BackendCall | undefined,
  ): void {
    let settled = false;
    this.#underWay.add(operation);
    const receiver: EscalationReceiver = {
      reply: (reply) => {
        settled = true;
        this.#fetched(operation, reply);
      },
      failed: (error) => {
        settled = true;
        // Of what a backend's call fails with, only the request's body has such a status.
        this.#fail(operation, fetchFailure(error, path), told(error, true));
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
    return this.#answerers.get(operation);
  }

  /** Takes out what a fetch brought that was a 101, whole; undefined when it was none or has been used. */
  takeSwitched(operation: number): Reply | undefined {
    const reply = this.#switched.get(operation);
    const body = reply && this.takeBody(operation);
    return body && { ...reply!, body };
  }

  /** Takes a fetched body out, to be sent on. Undefined when there is none, or when it has been used. */
  takeBody(operation: number): BodySource | undefined {
    this.#answerers.delete(operation);
    this.#switched.delete(operation);
    return this.#bodies.take(operation);
  }

  /** Reads a body into the isolate; the request's own comes as a promise. */
  read(operation: number, body: BodySource | Promise<Buffer> | undefined, asBytes: boolean): void {
    this.#underWay.add(operation);
    if (body === undefined) return this.#used(operation);
    if (!(body instanceof Promise)) return this.#bodies.read(operation, body, asBytes);
    this.#ofRequest.add(operation);
    this.#bodies.settle(operation, body, asBytes);
  }

  /** Brings the next piece of a body; `open` gives the ones that no fetch has brought. */
  readPiece(operation: number, handle: number, open: () => BodySource | undefined): void {
    this.#underWay.add(operation);
    if (handle === 0) this.#ofRequest.add(operation);
    if (!this.#bodies.readPiece(operation, handle, open)) this.#used(operation);
  }

  /** There is no room for an operation. */
  refuse(operation: number, error: HttpError): void {
    this.#fail(operation, error.message, { error, isClients: false }, "Error");
  }

  /** The rest of a body is not wanted. */
  drop(handle: number): void {
    this.#answerers.delete(handle);
    this.#switched.delete(handle);
    this.#bodies.drop(handle);
  }

  /** Nobody waits for the operation any more. */
  cancel(operation: number): void {
    this.#calls.get(operation)?.cancel();
    this.#ended(operation);
  }

  /**
   * The exchange is over, answered or because the client left: calls and reads are cancelled, bodies nobody wants
   * are let go, and the script is told.
   */
  close(isAnswered: boolean): void {
    this.#closed = true;
    const message = isAnswered ? "the request it belongs to is over" : CLIENT_LEFT;
    for (const call of this.#calls.values()) call.cancel();
    this.#bodies.close();
    for (const operation of this.#underWay) this.#work.outcomes.failOperation(operation, "Error", message);
    this.#calls.clear();
    this.#answerers.clear();
    this.#underWay.clear();
  }

  /** The failure behind an error that a script let pass: its status tells more than a 500. */
  failureIn(stack: string): ToldFailure | undefined {
    for (const [message, failure] of this.#failures) if (stack.includes(message)) return failure;
    return undefined;
  }

  /** The failure of the client's body behind an error that a script tells of. */
  clientFailure(stack: string): HttpError | undefined {
    const behind = this.failureIn(stack);
    if (behind?.isClients !== true) return undefined;
    // A request that was to send this body fails with it next, and the script is told in these words.
    this.#failures.set(fetchReason(behind.error, false), behind);
    return behind.error;
  }

  #ended(operation: number): void {
    this.#underWay.delete(operation);
    this.#calls.delete(operation);
    this.#ofRequest.delete(operation);
  }

  #used(operation: number): void {
    this.#fail(operation, "reading a body: it has been used already");
  }

  #fetched(operation: number, reply: Reply): void {
    const body = bodySourceOf(reply.body);
    if (this.#closed) {
      body?.cancel();
      return;
    }
    this.#ended(operation);
    if (body !== undefined) {
      this.#bodies.hold(operation, body);
      this.#answerers.set(operation, reply.by);
      if (reply.upstream !== undefined) this.#switched.set(operation, reply);
    }
    const fields = fieldsWithLength(reply.headers, body?.length ?? reply.declaredLength);
    this.#work.outcomes.settleFetch(operation, reply.status, body !== undefined, fields);
  }

  #fail(operation: number, message: string, failure?: ToldFailure, name = "TypeError"): void {
    if (this.#closed) return;
    this.#ended(operation);
    if (failure !== undefined && this.#failures.size < MOST_FAILURES) this.#failures.set(message, failure);
    this.#work.outcomes.failOperation(operation, name, message);
  }
}

/** Undefined for what has no status of its own. */
function told(error: unknown, isRequestBody: boolean): ToldFailure | undefined {
  if (!(error instanceof HttpError)) return undefined;
  return { error, isClients: isRequestBody && BROKEN_OFF.has(error.status) };
}
