import type { ReadableStream } from "web-streams-polyfill";
import { charCodeAt } from "../language/primordials.ts";

const SLASH = 0x2f;

/** What bodies are made of. None of these objects ever reaches a script. */

/** A body whose bytes stay on the host: a request's, or one that a fetch brought. */
export class HeldBody {
  /** Exchange it belongs to; 0 for what was fetched from an origin. */
  readonly slot: number;
  /** Operation that brought it, 0 for the request's own, -1 for what escalation brought. */
  readonly handle: number;
  /** Whether it has been read, sent on or given away. */
  used = false;
  /** Whether a clone reads it too: then it is read as a whole, and the host keeps what it has read. */
  isShared = false;
  /** Operation that reads it at the moment, 0 for none. */
  reading = 0;
  /** Why it cannot be read any more: the signal of its fetch. */
  failure: { readonly reason: unknown } | undefined;
  /** Told of that at once. */
  onAbort: ((reason: unknown) => void) | undefined;
  /** Whether it has gone its way or come to its end: nothing is left of it on the host. */
  isDone = false;
  /** Called once when that is so. */
  onDone: (() => void) | undefined;

  constructor(slot: number, handle: number) {
    this.slot = slot;
    this.handle = handle;
  }
}

/** A piece of a file, by numbers of bytes. */
export interface FileSlice {
  readonly file: string;
  readonly offset: number | undefined;
  readonly length: number | undefined;
}

/** What `Response.file` names. */
export interface SentFile extends FileSlice {
  readonly contentType: string | undefined;
  readonly download: string | undefined;
}

export type Part = string | Uint8Array<ArrayBuffer> | FileSlice;

/** Files and texts that the host puts together: command `d`. */
export class FileContent {
  readonly answer: SentFile | { readonly parts: readonly Part[] };

  constructor(answer: SentFile | { readonly parts: readonly Part[] }) {
    this.answer = answer;
  }
}

/** The answer in the command that is about to be written: JSON, or a whole file's path. Bytes go to the host first. */
export function filesText(
  { answer }: FileContent,
  putBytes: (bytes: Uint8Array<ArrayBuffer>) => number,
): string {
  if (!("parts" in answer)) return isPlainPath(answer) ? answer.file : JSON.stringify(answer);
  return JSON.stringify({
    parts: answer.parts.map((part) => (part instanceof Uint8Array ? { bytes: putBytes(part) } : part)),
  });
}

/** JSON never begins with the slash of an absolute path. */
function isPlainPath({ file, offset, length, contentType, download }: SentFile): boolean {
  if (offset !== undefined || length !== undefined) return false;
  return contentType === undefined && download === undefined && charCodeAt(file, 0) === SLASH;
}

/** A stream that a script made; what the runtime itself made a stream of is known by its source. */
export class StreamContent {
  readonly stream: ReadableStream;

  constructor(stream: ReadableStream) {
    this.stream = stream;
  }
}

/** Undefined for no body. Bytes are never changed: several bodies may have the same. */
export type Content = string | Uint8Array<ArrayBuffer> | HeldBody | FileContent | StreamContent | undefined;

/** Whether all of it is in the isolate: nothing, text or bytes. */
export function isAtHand(content: Content): content is string | Uint8Array<ArrayBuffer> | undefined {
  return content === undefined || typeof content === "string" || content instanceof Uint8Array;
}

/** The content of an incoming request before anybody has asked whether it has a body. */
export const UNRESOLVED: unique symbol = Symbol("unresolved");
