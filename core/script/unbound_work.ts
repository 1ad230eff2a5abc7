import { isAscii } from "node:buffer";
import { NumberTable } from "../collections/number_table.ts";
import type { BodySource } from "../http/body.ts";
import { BytesBody } from "../http/bytes_body.ts";
import { HttpError } from "../http/http_error.ts";
import { fetchFailure } from "./failure/fetch_failure.ts";
import { HeldBodies, type ReadingObserver } from "./held_bodies.ts";
import { hostOperationFailure, runHostOperation } from "./host/host_operations.ts";
import type { ScriptHost } from "./isolate_services.ts";

/** A request that a script makes by itself, as it gave it; unchecked. */
export interface ScriptRequest {
  /** An absolute URL, or `backend:NAME` with a path behind it. */
  readonly url: unknown;
  readonly method?: unknown;
  /** Field lines. */
  readonly headers?: unknown;
  /** `follow`, `manual` or `error`. */
  readonly redirect?: unknown;
  readonly body?: string | Uint8Array | BodySource | null;
  /** Whether the body of the answer is to stay on the host, however small. */
  readonly stays?: unknown;
}

/** Gets the outcome of such a request: one of the two, once. */
export interface ScriptRequestReceiver {
  reply(reply: {
    readonly status: number;
    /** Field lines. */
    readonly fields: string;
    readonly body: BodySource | undefined;
    /** Where it came from after redirects. */
    readonly url: string;
    readonly redirected: boolean;
  }): void;
  failed(error: HttpError): void;
}

/** Sends such requests, as far as the site allows. Throws or tells `HttpError`. */
export type OriginFetcher = (
  request: ScriptRequest,
  receiver: ScriptRequestReceiver,
) => { cancel(): void } | undefined;

/** How operations end. */
interface Outcome {
  settleFetch(operation: number, status: number, hasBody: boolean, fields: string, url: string): void;
  settleWithText(operation: number, status: number, text: string, fields: string, url: string): void;
  settleText(operation: number, text: string): void;
  settleBytes(operation: number, bytes: ArrayBuffer): void;
  failOperation(operation: number, name: string, message: string): void;
  releaseBody(operation: number): void;
}

/**
 * Bytes of a body of ASCII characters that goes into the isolate with its head: nearly every script that fetches by itself reads
 * what comes, and this saves two entries.
 */
const SMALL = 4_096;

/** What the scripts of an isolate have under way that belongs to no exchange and may outlive each. */
export class UnboundWork {
  readonly bodies: HeldBodies;
  readonly #outcome: Outcome;
  readonly #services: Pick<ScriptHost, "operations" | "fetchOrigin">;
  readonly #calls = new NumberTable<{ cancel(): void }>();
  readonly #limit: number;
  #closed = false;

  /** `limit`: bytes of a body that a script may read into memory. */
  constructor(
    limit: number,
    outcome: Outcome,
    services: Pick<ScriptHost, "operations" | "fetchOrigin" | "holding">,
  ) {
    this.#limit = limit;
    this.#outcome = outcome;
    this.#services = services;
    const observer: ReadingObserver = {
      text: (operation, text) => outcome.settleText(operation, text),
      bytes: (operation, bytes) => outcome.settleBytes(operation, bytes),
      failed: (operation, error) => outcome.failOperation(operation, "TypeError", bodyFailure(error)),
      released: (operation) => outcome.releaseBody(operation),
    };
    this.bodies = new HeldBodies(limit, observer, services.holding);
  }

  fetch(operation: number, request: ScriptRequest): void {
    let isSettled = false;
    const failed = (error: unknown): void => {
      isSettled = true;
      this.#calls.delete(operation);
      if (!this.#closed)
        this.#outcome.failOperation(operation, "TypeError", fetchFailure(error, request.url));
    };
    try {
      const call = this.#services.fetchOrigin(request, {
        failed,
        reply: ({ status, fields, body, url, redirected }) => {
          isSettled = true;
          this.#calls.delete(operation);
          if (this.#closed) return body?.cancel();
          const from = redirected ? `>${url}` : url;
          const held = request.stays === true ? body : this.#withoutText(body);
          if (typeof held === "string")
            return this.#outcome.settleWithText(operation, status, held, fields, from);
          if (held !== undefined) this.bodies.hold(operation, held);
          this.#outcome.settleFetch(operation, status, held !== undefined, fields, from);
        },
      });
      if (call !== undefined && !isSettled) this.#calls.set(operation, call);
    } catch (error) {
      failed(error);
    }
  }

  call(operation: number, name: string, json: string, bytes: readonly Uint8Array[]): void {
    runHostOperation(this.#services.operations, name, json, bytes).then(
      (value) => {
        if (this.#closed) return;
        if (typeof value === "string") this.#outcome.settleText(operation, value);
        else this.#outcome.settleBytes(operation, value);
      },
      (error: unknown) => {
        if (!this.#closed) this.#outcome.failOperation(operation, ...hostOperationFailure(error));
      },
    );
  }

  read(operation: number, handle: number, asBytes: boolean): void {
    const body = this.bodies.take(handle);
    if (body === undefined) this.#used(operation);
    else this.bodies.read(operation, body, asBytes);
  }

  readPiece(operation: number, handle: number): void {
    if (!this.bodies.readPiece(operation, handle, () => undefined)) this.#used(operation);
  }

  cancel(operation: number): void {
    this.#calls.get(operation)?.cancel();
    this.#calls.delete(operation);
  }

  close(): void {
    this.#closed = true;
    for (const [, call] of this.#calls.entries()) call.cancel();
    this.#calls.clear();
    this.bodies.close();
  }

  /** The text of a small body that is at hand, otherwise the body. */
  #withoutText(body: BodySource | undefined): BodySource | string | undefined {
    const length = body?.length ?? 0;
    if (length === 0 || length > Math.min(SMALL, this.#limit)) return body;
    const whole = body?.takeWhole?.();
    if (whole === undefined) return body;
    return isAscii(whole) ? whole.toString("latin1") : new BytesBody(whole);
  }

  #used(operation: number): void {
    this.#outcome.failOperation(
      operation,
      "TypeError",
      "reading a body: it has been used already, or nobody has asked for it for too long",
    );
  }
}

/** What a script is told when a body cannot be read. */
export function bodyFailure(error: unknown): string {
  return error instanceof HttpError ? error.message : "the body ended early";
}
