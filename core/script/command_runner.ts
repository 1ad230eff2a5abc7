import { type BodySource, cancelBody } from "../http/body.ts";
import { FailedBody } from "../http/failed_body.ts";
import { HttpError } from "../http/http_error.ts";
import { CommandReader, ProtocolError } from "./command_reader.ts";
import type { HandedBytes } from "./limits/handed_bytes.ts";
import type { FilesAnswer, RequestChanges, ScriptHead, ScriptTask } from "./script_task.ts";
import type { ScriptRequest } from "./unbound_work.ts";

/** Commands of one entry. No script comes near it by itself, since operations and log lines are bounded. */
const MOST_COMMANDS = 100_000;

const SLASH = 0x2f;

const USED = "sending a body on: it has been used already";

/** What commands do to the isolate that wrote them. */
export interface CommandTarget {
  /** The script has answered for good; returns its exchange, undefined when that is over already. */
  answered(slot: number): ScriptTask | undefined;
  /** The script leaves the rest to the host, but onResponse may still see the head; returns the exchange likewise. */
  escalated(slot: number): ScriptTask | undefined;
  /** The answer that comes next may be kept. */
  keepAnswer(slot: number, directive: string): void;
  /** The script writes the answer's body; returns the exchange likewise. */
  answering(slot: number): ScriptTask | undefined;
  /** A body that the script writes piece by piece for an exchange, or for 0. */
  openBody(stream: number, slot: number): BodySource;
  writePiece(stream: number, operation: number, bytes: Uint8Array): void;
  endBody(stream: number): void;
  failBody(stream: number, why: string): void;
  /** A body the host holds, to be sent somewhere. */
  takeBody(slot: number, body: number): BodySource | undefined;
  startFetch(slot: number, operation: number, changes: RequestChanges): void;
  startOriginFetch(operation: number, request: ScriptRequest): void;
  readBody(operation: number, slot: number, body: number, asBytes: boolean): void;
  readPiece(operation: number, slot: number, body: number): void;
  dropBody(slot: number, body: number): void;
  cancelOperation(operation: number): void;
  /** So many promises of `ctx.waitUntil` are open. */
  keepFor(promises: number): void;
  startCall(operation: number, name: string, json: string, bytes: readonly Uint8Array[]): void;
  startTimer(operation: number, milliseconds: number): void;
  stopTimer(operation: number): void;
  log(level: number, text: string): void;
  threw(slot: number, stack: string): void;
  /** Something threw that no answer tells of. */
  reported(what: string, stack: string): void;
}

/**
 * Carries out the commands of one entry (`runtime/protocol.md`). Commands for exchanges that are over are read and
 * dropped. Throws `ProtocolError` at the first one that does not keep to the protocol.
 */
export function runCommands(commands: string, target: CommandTarget, bytes: HandedBytes): void {
  const reader = new CommandReader(commands);
  for (let count = 0; !reader.done; count++) {
    if (count === MOST_COMMANDS) {
      throw new ProtocolError(`reading an isolate's commands: more than ${MOST_COMMANDS} in one entry`);
    }
    const letter = reader.letter();
    const number = reader.number();
    switch (letter) {
      case 0x72: // r
      case 0x7a: // z
      case 0x62: // b
      case 0x70: // p
      case 0x64: // d
      case 0x61: // a
      case 0x68: // h
        runAnswer(letter, number, reader, target, bytes);
        break;
      case 0x65: // e
        target.escalated(number)?.escalate(undefined);
        break;
      default:
        runOther(letter, number, reader, target, bytes);
    }
  }
}

function runAnswer(
  letter: number,
  slot: number,
  reader: CommandReader,
  target: CommandTarget,
  bytes: HandedBytes,
): void {
  const status = reader.number();
  switch (letter) {
    case 0x72: {
      const fieldsLength = reader.number();
      const bodyLength = reader.number();
      const head: ScriptHead = { status, fields: reader.text(fieldsLength) };
      const body = reader.text(bodyLength);
      target.answered(slot)?.answerText(head, body);
      return;
    }
    case 0x7a: {
      const head: ScriptHead = { status, fields: reader.text(reader.number()) };
      target.answered(slot)?.answerEmpty(head);
      return;
    }
    case 0x68: {
      const head: ScriptHead = { status, fields: reader.text(reader.number()) };
      target.answered(slot)?.headDecided(head);
      return;
    }
    case 0x61: {
      const stream = reader.number();
      const head: ScriptHead = { status, fields: reader.text(reader.number()) };
      const task = target.answering(slot);
      if (task !== undefined) task.answerStream(head, target.openBody(stream, slot));
      return;
    }
    case 0x62:
    case 0x70: {
      const handle = reader.number();
      const head: ScriptHead = { status, fields: reader.text(reader.number()) };
      if (letter === 0x62) {
        const body = bytes.take(handle);
        target.answered(slot)?.answerBytes(head, body);
      } else target.answered(slot)?.answerHeld(head, handle);
      return;
    }
    default: {
      const fieldsLength = reader.number();
      const filesLength = reader.number();
      const head: ScriptHead = { status, fields: reader.text(fieldsLength) };
      const answer = filesAnswer(reader.text(filesLength), bytes);
      target.escalated(slot)?.answerFiles(head, answer);
    }
  }
}

function runOther(
  letter: number,
  number: number,
  reader: CommandReader,
  target: CommandTarget,
  bytes: HandedBytes,
): void {
  switch (letter) {
    case 0x6e: {
      const status = reader.number();
      target.escalated(number)?.answerPage(status);
      return;
    }
    case 0x63: {
      const changes = readChanges(number, reader, target, bytes);
      const task = target.escalated(number);
      if (task === undefined) cancelBody(changes.body);
      else task.escalate(changes);
      return;
    }
    case 0x66: {
      const operation = reader.number();
      return target.startFetch(number, operation, readChanges(number, reader, target, bytes));
    }
    case 0x67: {
      const json = parseJson(reader.text(reader.number()));
      return target.startOriginFetch(number, { ...json, url: json.url, ...newBody(json, 0, target, bytes) });
    }
    case 0x6f:
      return runCall(number, reader, target, bytes);
    case 0x6d:
      return target.keepFor(number);
    case 0x73:
      return target.startTimer(number, reader.number());
    case 0x75:
      return target.stopTimer(number);
    case 0x6c:
      return target.log(number, reader.text(reader.number()));
    case 0x69: {
      const length = reader.number();
      const what = reader.text(number);
      return target.reported(what, reader.text(length));
    }
    case 0x4b: // K
      return target.keepAnswer(number, reader.text(reader.number()));
    case 0x78:
      return target.threw(number, reader.text(reader.number()));
    default:
      runBody(letter, number, reader, target, bytes);
  }
}

/** Bodies on their way into an isolate or out of it. */
function runBody(
  letter: number,
  number: number,
  reader: CommandReader,
  target: CommandTarget,
  bytes: HandedBytes,
): void {
  switch (letter) {
    case 0x74: {
      const slot = reader.number();
      const body = reader.number();
      return target.readBody(number, slot, body, reader.number() === 1);
    }
    case 0x6b: {
      const slot = reader.number();
      return target.readPiece(number, slot, reader.number());
    }
    case 0x79:
      return target.dropBody(number, reader.number());
    case 0x77: {
      const operation = reader.number();
      return target.writePiece(number, operation, bytes.take(reader.number()));
    }
    case 0x71:
      return target.endBody(number);
    case 0x6a:
      return target.failBody(number, reader.text(reader.number()));
    case 0x76:
      return target.cancelOperation(number);
    default:
      throw new ProtocolError(
        `reading an isolate's commands: there is no command ${JSON.stringify(String.fromCharCode(letter))}`,
      );
  }
}

/** Handed bytes of one call. */
const MOST_HANDLES = 8;

function runCall(operation: number, reader: CommandReader, target: CommandTarget, bytes: HandedBytes): void {
  const nameLength = reader.number();
  const jsonLength = reader.number();
  const count = reader.number();
  if (count > MOST_HANDLES)
    throw new ProtocolError(`reading an isolate's commands: ${count} handles in one call`);
  const handed = Array.from({ length: count }, () => bytes.take(reader.number()));
  const name = reader.text(nameLength);
  target.startCall(operation, name, reader.text(jsonLength), handed);
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError("reading an isolate's commands: wanted JSON", { cause });
  }
  if (typeof value !== "object" || value === null) {
    throw new ProtocolError("reading an isolate's commands: wanted a JSON object");
  }
  return value as Record<string, unknown>;
}

/** Path and fields come as they are, for they change in most requests that change at all; the rest as JSON. */
function readChanges(
  slot: number,
  reader: CommandReader,
  target: CommandTarget,
  bytes: HandedBytes,
): RequestChanges {
  const pathLength = reader.number();
  const fieldsLength = reader.number();
  const jsonLength = reader.number();
  const path = pathLength < 0 ? undefined : reader.text(pathLength);
  const headers = fieldsLength < 0 ? undefined : reader.text(fieldsLength);
  if (jsonLength === 0) return { path, headers };
  const json = parseJson(reader.text(jsonLength));
  return { ...json, path, headers, ...newBody(json, slot, target, bytes) };
}

/** The body a script gave a request for an exchange (0 for none), in the form the host knows. */
function newBody(
  json: Record<string, unknown>,
  slot: number,
  target: CommandTarget,
  bytes: HandedBytes,
): Pick<RequestChanges, "body"> {
  const { body } = json;
  if (body === undefined) return {};
  if (body === null || typeof body === "string") return { body };
  if (typeof body === "number") return { body: bytes.take(body) };
  const { stream, held, slot: from = slot }: { stream?: unknown; held?: unknown; slot?: unknown } = body;
  if (stream !== undefined) return { body: target.openBody(Number(stream), slot) };
  const source = target.takeBody(Number(from), Number(held));
  return { body: source ?? new FailedBody(new HttpError(500, "body_used", USED)) };
}

function filesAnswer(text: string, bytes: HandedBytes): FilesAnswer {
  if (text.charCodeAt(0) === SLASH) return { file: text };
  const json = parseJson(text);
  if (!Array.isArray(json.parts)) return { ...json, file: json.file };
  const parts = json.parts.map((part: unknown) => {
    if (typeof part === "string") return part;
    if (typeof part !== "object" || part === null) {
      throw new ProtocolError("reading an isolate's commands: a part is text or an object");
    }
    const { bytes: handle, ...slice }: { bytes?: unknown; file?: unknown } = part;
    return handle === undefined ? { ...slice, file: slice.file } : bytes.take(Number(handle));
  });
  return { parts };
}
