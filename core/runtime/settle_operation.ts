import { DOMException } from "./dom_exception.ts";
import type { Operations } from "./operations.ts";

/** Event `F`: the head that a fetch brought. */
export interface FetchedHead {
  readonly status: number;
  readonly hasBody: boolean;
  /** Where it came from; empty for what escalation brought. */
  readonly url: string;
  readonly redirected: boolean;
  /** Field lines. */
  readonly fields: string;
}

/** Carries out the events that end an operation: `F`, `T`, `D` and `E` (`protocol.md`). */
export function settleOperation(event: string, next: unknown, operations: Operations): void {
  const end = event.indexOf("\n");
  const operation = Number(event.slice(1, end === -1 ? undefined : end));
  const rest = end === -1 ? "" : event.slice(end + 1);
  switch (event[0]) {
    case "T":
      return operations.settle(operation, rest);
    case "D":
      return operations.settle(operation, next);
    case "E":
      return operations.fail(operation, operationError(rest));
    case "F":
      return operations.settle(operation, fetchedHead(rest));
  }
}

function operationError(text: string): Error {
  const end = text.indexOf("\n");
  const name = text.slice(0, end);
  const message = text.slice(end + 1);
  if (name === "Error") return new Error(message);
  if (name === "TypeError") return new TypeError(message);
  if (name === "RangeError") return new RangeError(message);
  return new DOMException(message, name);
}

function fetchedHead(text: string): FetchedHead {
  const [status = "", body = ""] = text.slice(0, 10).split("\n", 2);
  const start = status.length + body.length + 2;
  const end = text.indexOf("\n", start);
  const from = text.slice(start, end);
  const redirected = from.startsWith(">");
  return {
    status: Number(status),
    hasBody: body === "1",
    url: redirected ? from.slice(1) : from,
    redirected,
    fields: text.slice(end + 1),
  };
}
