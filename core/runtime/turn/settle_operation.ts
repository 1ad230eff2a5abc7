import { HostFailure, type Operations } from "./operations.ts";

/** Event `F`: the head that a fetch brought. */
export interface FetchedHead {
  readonly status: number;
  readonly hasBody: boolean;
  /** The whole body when it came with the head; then there is none on the host. */
  readonly text: string | undefined;
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
      return operations.fail(operation, hostFailure(rest));
    case "F":
      return operations.settle(operation, fetchedHead(rest));
  }
}

function hostFailure(text: string): HostFailure {
  const end = text.indexOf("\n");
  return new HostFailure(text.slice(0, end), text.slice(end + 1));
}

function fetchedHead(text: string): FetchedHead {
  const statusEnd = text.indexOf("\n");
  const bodyEnd = text.indexOf("\n", statusEnd + 1);
  const urlEnd = text.indexOf("\n", bodyEnd + 1);
  const redirected = text[bodyEnd + 1] === ">";
  const comesWithHead = text[statusEnd + 1] === "2";
  const fieldsEnd = comesWithHead ? urlEnd + 1 + Number(text.slice(statusEnd + 3, bodyEnd)) : text.length;
  return {
    status: Number(text.slice(0, statusEnd)),
    hasBody: text[statusEnd + 1] === "1",
    text: comesWithHead ? text.slice(fieldsEnd) : undefined,
    url: text.slice(bodyEnd + (redirected ? 2 : 1), urlEnd),
    redirected,
    fields: text.slice(urlEnd + 1, fieldsEnd),
  };
}
