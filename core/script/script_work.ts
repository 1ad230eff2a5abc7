import { type Slots, SlotTable } from "../collections/slot_table.ts";
import type { SiteConfig } from "../config/config.ts";
import { type BodySource, cancelBody } from "../http/body.ts";
import { HttpError } from "../http/http_error.ts";
import type { ScriptMetrics } from "../observe/metrics/script_metrics.ts";
import type { Trace } from "../observe/trace.ts";
import type { CommandTarget } from "./command_runner.ts";
import type { HoldingTime } from "./held_bodies.ts";
import type { HostOperations } from "./host/host_operations.ts";
import { EntryLog } from "./limits/entry_log.ts";
import { OperationTable } from "./limits/operation_table.ts";
import { type EventSink, OperationOutcomes } from "./operation_outcomes.ts";
import type { RequestChanges, ScriptTask } from "./script_task.ts";
import { ScriptTimers } from "./script_timers.ts";
import type { IsolateTracing } from "./trace/isolate_tracing.ts";
import { bodyText, callText, originFetchText } from "./trace/trace_texts.ts";
import { type OriginFetcher, type ScriptRequest, UnboundWork } from "./unbound_work.ts";
import { WrittenBodies } from "./written_bodies.ts";

/** What carrying out commands needs of the isolate they come from. */
export interface WorkServices {
  readonly operations: HostOperations;
  readonly fetchOrigin: OriginFetcher;
  readonly holding: HoldingTime;
  readonly events: EventSink;
  /** Undefined where no request can be traced. */
  readonly tracing?: IsolateTracing | undefined;
  readonly metrics: ScriptMetrics;
  log(level: number, text: string): void;
  /** Something of the scripts threw that no answer tells of; `stack` is the guest's. */
  thrown(what: string, stack: string): void;
  /** Whether a script exports onResponse, so that heads come by before they are sent. */
  hooked(): boolean;
  /** The scripts have no part in this exchange any more. */
  forgotten(slot: number): void;
}

/** What the scripts of one isolate have under way: exchanges, operations, timers, bodies they write. */
export class ScriptWork implements CommandTarget {
  readonly #site: SiteConfig;
  readonly #services: WorkServices;
  /** Exchanges the scripts have a part in. */
  readonly #tasks = new SlotTable<ScriptTask>();
  readonly #operations: OperationTable;
  readonly outcomes: OperationOutcomes;
  readonly #timers: ScriptTimers;
  readonly #log: EntryLog;
  readonly #unbound: UnboundWork;
  readonly #written: WrittenBodies;
  #openPromises = 0;
  #waitsNoLonger = false;

  constructor(site: SiteConfig, services: WorkServices) {
    this.#site = site;
    this.#services = services;
    this.#operations = new OperationTable(site.limits.operations);
    this.#timers = new ScriptTimers((operation) => {
      const event = `M${operation}`;
      services.events.add(event, 0, undefined, services.tracing?.ended(operation, event));
    });
    this.#log = new EntryLog(services.log);
    this.outcomes = new OperationOutcomes(this.#operations, services.events, this.#tasks, services.tracing);
    this.#unbound = new UnboundWork(site.limits.body, this.outcomes, services);
    this.#written = new WrittenBodies(this.outcomes, (event, slot) => services.events.add(event, slot));
  }

  get tasks(): Slots<ScriptTask> {
    return this.#tasks;
  }

  /** Exchanges by slot, in the order they came. */
  allTasks(): [slot: number, task: ScriptTask][] {
    return this.#tasks.entries();
  }

  /** Whether any exchange, or a promise given to `ctx.waitUntil`, still needs the isolate. */
  get busy(): boolean {
    return this.#tasks.size > 0 || this.#openPromises > 0;
  }

  /** Whether nothing is under way at all: the scripts will not run again before the next request. */
  get isIdle(): boolean {
    if (this.busy || this.#timers.size > 0 || this.#written.size > 0) return false;
    return this.#operations.underWay === 0;
  }

  /** Returns the slot of the exchange. */
  add(task: ScriptTask): number {
    return this.#tasks.add(task);
  }

  /** The exchange is over for good. Returns whether the scripts still had a part in it. */
  forget(slot: number): boolean {
    if (this.#written.size > 0) this.failStreams(slot, "the exchange it belongs to is over");
    if (!this.#tasks.delete(slot)) return false;
    this.#services.forgotten(slot);
    return true;
  }

  /** Whether an exchange waits for the host. */
  isWaiting(slot: number): boolean {
    return this.#operations.isWaiting(slot);
  }

  /** Promises given to `ctx.waitUntil` count no more. Returns how many are open. */
  waitNoLonger(): number {
    const promises = this.#openPromises;
    this.#waitsNoLonger = true;
    this.#openPromises = 0;
    return promises;
  }

  /** An entry is over. */
  entered(): void {
    this.#log.end();
  }

  /** Bodies that the scripts wrote for this exchange, or for all of them, cannot go on. */
  failStreams(slot: number | undefined, message: string): void {
    this.#written.failAll(slot, message);
  }

  /** The isolate ends. */
  close(): void {
    this.#timers.close();
    this.#unbound.close();
    this.failStreams(undefined, "the scripts' isolate has ended");
  }

  answered(slot: number): ScriptTask | undefined {
    const task = this.#tasks.get(slot);
    this.#tasks.delete(slot);
    this.#services.forgotten(slot);
    return task;
  }

  escalated(slot: number): ScriptTask | undefined {
    return this.#services.hooked() ? this.#tasks.get(slot) : this.answered(slot);
  }

  /** The scripts keep their part in the exchange: they write its body. */
  answering(slot: number): ScriptTask | undefined {
    return this.#tasks.get(slot);
  }

  keepAnswer(slot: number, directive: string): void {
    this.#tasks.get(slot)?.keepAnswer(directive);
  }

  openBody(stream: number, slot: number): BodySource {
    const { isFull } = this.#operations;
    const body = this.#written.open(stream, slot);
    this.#operations.hold(stream);
    if (isFull) body.fail(new HttpError(500, "script_operations", this.#tooMany()));
    return body;
  }

  /** A body held on the host, to be sent somewhere; undefined when it has been used. */
  takeBody(slot: number, handle: number): BodySource | undefined {
    if (slot === 0) return this.#unbound.bodies.take(handle);
    return this.#tasks.get(slot)?.takeBody(handle);
  }

  startFetch(slot: number, operation: number, changes: RequestChanges): void {
    this.#services.metrics.operations.fetch++;
    const task = this.#admit(operation, slot);
    if (task === undefined) cancelBody(changes.body);
    else task.fetch(operation, changes);
  }

  /** A task's operation begins, with more to tell of it than its command says. */
  began(operation: number, what: string, trace: Trace): void {
    this.#services.tracing?.began(operation, what, trace);
  }

  answeredBy(operation: number, by: string): void {
    this.#services.tracing?.answeredBy(operation, by);
  }

  startOriginFetch(operation: number, request: ScriptRequest): void {
    this.#services.metrics.operations.origin++;
    if (this.#services.tracing?.current !== undefined) {
      this.#services.tracing.began(operation, originFetchText(request));
    }
    if (this.#operations.begin(operation, 0)) return this.#unbound.fetch(operation, request);
    cancelBody(request.body);
    this.#full(operation);
  }

  startCall(operation: number, name: string, json: string, bytes: readonly Uint8Array[]): void {
    this.#services.metrics.operations.call++;
    if (this.#services.tracing?.current !== undefined) {
      this.#services.tracing.began(operation, callText(name, json));
    }
    if (this.#operations.begin(operation, 0)) this.#unbound.call(operation, name, json, bytes);
    else this.#full(operation);
  }

  readBody(operation: number, slot: number, body: number, asBytes: boolean): void {
    this.#services.metrics.operations.body++;
    this.#traceBody(operation, slot, body, asBytes ? "as bytes" : "as text");
    if (slot !== 0) this.#admit(operation, slot, body)?.readBody(operation, body, asBytes);
    else if (this.#operations.beginReading(operation, 0, body)) this.#unbound.read(operation, body, asBytes);
    else this.#full(operation);
  }

  readPiece(operation: number, slot: number, body: number): void {
    this.#services.metrics.operations.body++;
    this.#traceBody(operation, slot, body, "a piece");
    if (slot !== 0) this.#admit(operation, slot, body)?.readPiece(operation, body);
    else if (this.#operations.beginReading(operation, 0, body)) this.#unbound.readPiece(operation, body);
    else this.#full(operation);
  }

  dropBody(slot: number, body: number): void {
    if (slot === 0) this.#unbound.bodies.drop(body);
    else this.#tasks.get(slot)?.dropBody(body);
  }

  writePiece(stream: number, operation: number, bytes: Uint8Array): void {
    this.#operations.begin(operation, this.#written.slotOf(stream));
    this.#written.write(stream, operation, bytes);
  }

  endBody(stream: number): void {
    this.#written.end(stream);
  }

  failBody(stream: number, why: string): void {
    // Of what clients do the access log tells.
    const slot = this.#written.slotOf(stream);
    const clients = this.#clientFailure(slot, why);
    const isWanted = this.#written.fail(stream, clients);
    if (!isWanted || clients !== undefined) return;
    const request = this.#tasks.get(slot)?.description;
    this.reported(`a body that the script writes failed${request === undefined ? "" : ` (${request})`}`, why);
  }

  cancelOperation(operation: number): void {
    const slot = this.#operations.settle(operation);
    if (slot === undefined) return;
    this.#services.tracing?.ended(operation, "cancelled");
    if (slot === 0) this.#unbound.cancel(operation);
    else this.#tasks.get(slot)?.cancelOperation(operation);
  }

  keepFor(promises: number): void {
    if (this.#waitsNoLonger) return;
    this.#openPromises = promises;
  }

  startTimer(operation: number, milliseconds: number): void {
    const limit = this.#site.limits.operations;
    this.#services.metrics.operations.timer++;
    this.#services.tracing?.began(operation, `timer of ${milliseconds} ms`);
    // The callback of a timer cannot fail, so one too many is never due, and the log says so.
    if (!this.#timers.start(operation, milliseconds, limit)) {
      this.#services.tracing?.ended(operation, "dropped");
      this.#log.once(40, `setTimeout: more than ${limit} timers under way; this one is dropped`);
    }
  }

  stopTimer(operation: number): void {
    this.#services.tracing?.ended(operation, "stopped");
    this.#timers.stop(operation);
  }

  log(level: number, text: string): void {
    this.#log.line(level, text);
  }

  reported(what: string, stack: string): void {
    if (this.#log.hasRoom(stack)) this.#services.thrown(what, stack);
  }

  threw(slot: number, stack: string): void {
    const error = new HttpError(
      500,
      "script_error",
      `running the scripts of "${this.#site.name}": they threw`,
    );
    this.answered(slot)?.scriptFailed(error, stack);
  }

  /** A stream that belongs to no exchange may be made of the body of any. */
  #clientFailure(slot: number, why: string): HttpError | undefined {
    if (slot !== 0) return this.#tasks.get(slot)?.clientFailure(why);
    for (const [, task] of this.#tasks.entries()) {
      const failure = task.clientFailure(why);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  #traceBody(operation: number, slot: number, body: number, how: string): void {
    const { tracing } = this.#services;
    const trace = this.#tasks.get(slot)?.trace ?? tracing?.current;
    if (trace !== undefined) tracing?.began(operation, bodyText(body, how), trace);
  }

  /** Takes down an operation; refuses it when its exchange is over or too many are under way. */
  #admit(operation: number, slot: number, body = 0): ScriptTask | undefined {
    const task = this.#tasks.get(slot);
    const fits = this.#operations.beginReading(operation, slot, body);
    if (task !== undefined && fits) return task;
    if (fits) this.outcomes.failOperation(operation, "Error", "the request it belongs to is over");
    else if (task === undefined) this.#full(operation);
    else task.refuseOperation(operation, new HttpError(503, "site_busy", this.#tooMany()));
    return undefined;
  }

  #full(operation: number): void {
    this.outcomes.failOperation(operation, "Error", this.#tooMany());
  }

  #tooMany(): string {
    return `more than ${this.#site.limits.operations} operations are under way, or fetched bodies unused`;
  }
}
