import type { BodySource } from "../http/body.ts";
import type { HttpError } from "../http/http_error.ts";
import type { Trace } from "../observe/trace.ts";

/** Fields of the request that escalation shall use instead of the original ones; as the script gave them, unchecked. */
export interface RequestChanges {
  readonly path?: unknown;
  readonly query?: unknown;
  readonly method?: unknown;
  /** Field lines, all of them. */
  readonly headers?: unknown;
  readonly file?: unknown;
  readonly backend?: unknown;
  readonly env?: unknown;
  /** New body: text, bytes, or one still to come; null for none; undefined to keep the request's. */
  readonly body?: string | Uint8Array | BodySource | null;
}

/** An answer made of files that the host sends; as the script gave it, unchecked. */
export type FilesAnswer =
  | {
      readonly file: unknown;
      readonly offset?: unknown;
      readonly length?: unknown;
      readonly contentType?: unknown;
      readonly download?: unknown;
    }
  | {
      readonly parts: readonly (
        | string
        | Uint8Array
        | { readonly file: unknown; readonly offset?: unknown; readonly length?: unknown }
      )[];
    };

/** Which body a script means: the request's own, the one escalation brought (seen by onResponse), or a fetch's. */
export type BodyHandle = number;
export const REQUEST_BODY = 0;
export const ESCALATED_BODY = -1;

/** How a status with its field lines arrives from a script: numbers and texts, unchecked. */
export interface ScriptHead {
  readonly status: number;
  readonly fields: string;
}

/**
 * One exchange as the isolate sees it: what a script decided is told through these methods. All values come from
 * a script and are hostile; the receiver checks them.
 */
export interface ScriptTask {
  /** Where what the scripts do for it is taken down; undefined when it is not traced. */
  readonly trace?: Trace | undefined;
  /** Method, path and id of the request, for the log. */
  readonly description: string;
  /** Whether the scripts have yet to decide something. */
  readonly waitsForScripts: boolean;
  /** Whether that is what becomes of the request; otherwise it is the head that onResponse has been offered. */
  readonly isUndecided: boolean;
  /** Event `R` of the protocol for this exchange under the given slot. */
  requestEvent(slot: number): string;
  /** The answer that comes next may be kept, as this JSON says (`runtime/protocol.md`, command `K`). */
  keepAnswer(directive: string): void;
  answerText(head: ScriptHead, body: string): void;
  answerBytes(head: ScriptHead, body: Uint8Array): void;
  answerFiles(head: ScriptHead, answer: FilesAnswer): void;
  answerHeld(head: ScriptHead, body: BodyHandle): void;
  /** The scripts keep their part in the exchange until the body has been sent. */
  answerStream(head: ScriptHead, body: BodySource): void;
  answerEmpty(head: ScriptHead): void;
  answerPage(status: number): void;
  escalate(changes: RequestChanges | undefined): void;
  /** The head that was offered to onResponse comes back. */
  headDecided(head: ScriptHead): void;
  fetch(operation: number, changes: RequestChanges): void;
  readBody(operation: number, body: BodyHandle, asBytes: boolean): void;
  /** Brings the next piece of a body. */
  readPiece(operation: number, body: BodyHandle): void;
  /** The rest of a body is not wanted. */
  dropBody(body: BodyHandle): void;
  /** A body to be sent somewhere else; undefined when there is none or it has been used. */
  takeBody(body: BodyHandle): BodySource | undefined;
  /** Nobody waits for the operation any more. */
  cancelOperation(operation: number): void;
  /** There is no room for an operation: the script is told the message, and if that is more than it can take, the request fails so. */
  refuseOperation(operation: number, error: HttpError): void;
  /** The failure of the client's body behind an error that the scripts tell of; undefined when there is none. */
  clientFailure(stack: string): HttpError | undefined;
  /** The script threw, took too long or ran out of memory. `stack` is what it threw, when it threw. */
  scriptFailed(error: HttpError, stack: string | undefined): void;
  /** The isolate ended before it began with this exchange: it shall be handed to the scripts again. */
  runAgain(): void;
  /** The entry is over and the script has not decided: its deadline begins. */
  scriptWaits(): void;
}
