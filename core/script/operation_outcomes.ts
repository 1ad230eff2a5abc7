import type { Slots } from "../collections/slot_table.ts";
import type { Trace } from "../observe/trace.ts";
import type { OperationTable } from "./limits/operation_table.ts";
import type { ScriptTask } from "./script_task.ts";
import type { IsolateTracing } from "./trace/isolate_tracing.ts";

/** Where events go in: each for an exchange (0 for none), possibly followed by bytes. */
export interface EventSink {
  add(event: string, slot: number, bytes?: ArrayBuffer, trace?: Trace): void;
}

/** How the operations of one isolate end: each with one event, which is dropped when nobody waits any more. */
export class OperationOutcomes {
  readonly #operations: OperationTable;
  readonly #events: EventSink;
  readonly #tasks: Slots<ScriptTask>;
  /** Undefined where no request can be traced. */
  readonly #tracing: IsolateTracing | undefined;

  constructor(
    operations: OperationTable,
    events: EventSink,
    tasks: Slots<ScriptTask>,
    tracing: IsolateTracing | undefined,
  ) {
    this.#operations = operations;
    this.#events = events;
    this.#tasks = tasks;
    this.#tracing = tracing;
  }

  /** A body it brought counts as an operation until `releaseBody`. */
  settleFetch(operation: number, status: number, hasBody: boolean, fields: string, url = ""): void {
    if (hasBody) this.#operations.hold(operation);
    this.#settle(operation, `F${operation}\n${status}\n${hasBody ? 1 : 0}\n${url}\n${fields}`);
  }

  /** The whole body goes in with the head. */
  settleWithText(operation: number, status: number, text: string, fields: string, url: string): void {
    this.#settle(operation, `F${operation}\n${status}\n2 ${fields.length}\n${url}\n${fields}${text}`);
  }

  releaseBody(operation: number): void {
    this.#operations.release(operation);
  }

  settleText(operation: number, text: string): void {
    this.#settle(operation, `T${operation}\n${text}`);
  }

  settleBytes(operation: number, bytes: ArrayBuffer): void {
    this.#settle(operation, `D${operation}`, bytes);
  }

  failOperation(operation: number, name: string, message: string): void {
    this.#settle(operation, `E${operation}\n${name}\n${message.replaceAll("\n", " ")}`);
  }

  #settle(operation: number, event: string, bytes?: ArrayBuffer): void {
    const slot = this.#operations.settle(operation);
    if (slot === undefined) return;
    if (this.#tracing === undefined) return this.#events.add(event, slot, bytes);
    const trace = this.#tracing.ended(operation, event, bytes) ?? this.#tasks.get(slot)?.trace;
    this.#events.add(event, slot, bytes, trace);
  }
}
