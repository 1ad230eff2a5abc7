import type { SiteConfig } from "../config/config.ts";
import { HttpError } from "../http/http_error.ts";
import { Blame, firstOfEach, isRequest } from "./blame.ts";
import { ProtocolError } from "./command_reader.ts";
import { type CommandTarget, runCommands } from "./command_runner.ts";
import type { CompiledRuntime } from "./compiled_runtime.ts";
import type { CompiledSite } from "./compiled_site.ts";
import { EntryLog } from "./entry_log.ts";
import { CpuLimitReached, type Event, GuestIsolate, RejectionUnhandled } from "./guest_isolate.ts";
import { HandedBytes } from "./handed_bytes.ts";
import { type HostOperations, hostOperationFailure, runHostOperation } from "./host_operations.ts";
import { OperationTable } from "./operation_table.ts";
import type { RequestChanges, ScriptTask } from "./script_task.ts";
import { ScriptTimers } from "./script_timers.ts";
import { TurnQueue } from "./turn_queue.ts";

/** Bytes a script may hand over in one entry. */
const HANDED_LIMIT = 64 * 1024 * 1024;
/** Entries in a row for what microtasks produced, before other work gets its turn. */
const REENTRIES = 16;
/** Attempts to get commands out. A rejection left from an entry that the CPU limit ended costs one. */
const RECOVERIES = 3;

/** What operations fail with whose client has left. */
export const CLIENT_LEFT = "the request it belongs to is over: the client has left";

/** What a site's isolate needs of the worker. */
export interface IsolateServices {
  readonly runtime: CompiledRuntime;
  readonly stat: (path: unknown) => string | undefined;
  readonly operations: HostOperations;
  log(level: number, text: string): void;
  /** A promise was rejected and nothing handled it; `stack` is the guest's. */
  rejected(isolate: SiteIsolate, message: string, stack: string): void;
  /** The isolate has ended; `waiting` had not begun and can run in another one. */
  died(isolate: SiteIsolate, waiting: readonly ScriptTask[], message: string): void;
  catastrophe(message: string): void;
}

/**
 * One version of a site's scripts at work: exchanges and operations under way, events going in, commands carried
 * out. Requests, finished operations and timers of one event-loop iteration go in as one entry.
 */
export class SiteIsolate implements CommandTarget {
  readonly compiled: CompiledSite;
  readonly #site: SiteConfig;
  readonly #services: IsolateServices;
  readonly #guest: GuestIsolate;
  readonly #queue: TurnQueue;
  readonly #bytes = new HandedBytes(HANDED_LIMIT);
  readonly #timers: ScriptTimers;
  /** Exchanges the scripts have a part in. */
  readonly #tasks = new Map<number, ScriptTask>();
  readonly #operations: OperationTable;
  readonly #log: EntryLog;
  readonly #blame: Blame;
  /** Entries in a row that only fetched lost commands, and lost them again. */
  #recoveries = 0;
  #woken = false;
  #dead = false;
  #lastSlot = 0;

  /** Creates the isolate and loads the scripts. Throws what they throw while loading, with its stack. */
  constructor(site: SiteConfig, compiled: CompiledSite, services: IsolateServices) {
    this.compiled = compiled;
    this.#site = site;
    this.#services = services;
    this.#operations = new OperationTable(site.limits.operations);
    this.#log = new EntryLog(services.log);
    this.#blame = new Blame(services.log);
    this.#queue = new TurnQueue((events, slots) => this.#enter(events, slots));
    this.#timers = new ScriptTimers((operation) => this.#queue.add(`M${operation}`, 0));
    this.#guest = new GuestIsolate(site, compiled, {
      runtime: services.runtime,
      stat: services.stat,
      putBytes: (bytes) => (bytes instanceof ArrayBuffer ? this.#bytes.put(bytes) : 0),
      wake: () => {
        this.#woken = true;
      },
      catastrophe: services.catastrophe,
    });
    // What the scripts did while loading: log lines, timers.
    if (this.#woken) this.#queue.wake();
  }

  /** Whether a script exports onResponse, so that heads come by before they are sent. */
  get hooked(): boolean {
    return this.#guest.hooked;
  }

  /** Whether any exchange still needs this version. */
  get busy(): boolean {
    return this.#tasks.size > 0;
  }

  /** Whether the scripts still have a part in the exchange. */
  waitsFor(slot: number): boolean {
    return this.#tasks.has(slot);
  }

  /** Hands a request to the scripts, under a slot that `requestEvent` is told. */
  begin(task: ScriptTask): void {
    this.#lastSlot = this.#lastSlot === 0x3fffffff ? 1 : this.#lastSlot + 1;
    const slot = this.#lastSlot;
    this.#tasks.set(slot, task);
    this.#queue.add(task.requestEvent(slot), slot);
  }

  /** The head that escalation brought, for onResponse. */
  offerHead(slot: number, status: number, by: string, fields: string): void {
    this.#queue.add(`H${slot}\n${status}\n${by}\n${fields}`, slot);
  }

  /** A body it brought counts as an operation until `releaseBody`. */
  settleFetch(operation: number, status: number, hasBody: boolean, fields: string): void {
    if (hasBody) this.#operations.hold(operation);
    this.#settle(operation, `F${operation}\n${status}\n${hasBody ? 1 : 0}\n${fields}`);
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

  /** The exchange is over for good: what the scripts still do for it is dropped. */
  forget(slot: number): void {
    this.#blame.forget(slot);
    if (this.#tasks.delete(slot)) this.#queue.add(`A${slot}`, 0);
  }

  dispose(): void {
    this.#dead = true;
    this.#queue.close();
    this.#timers.close();
    this.#guest.dispose();
  }

  // What commands do.

  answered(slot: number): ScriptTask | undefined {
    const task = this.#tasks.get(slot);
    this.#tasks.delete(slot);
    this.#blame.forget(slot);
    return task;
  }

  escalated(slot: number): ScriptTask | undefined {
    return this.#guest.hooked ? this.#tasks.get(slot) : this.answered(slot);
  }

  startFetch(slot: number, operation: number, changes: RequestChanges): void {
    this.#admit(operation, slot)?.fetch(operation, changes);
  }

  readBody(operation: number, slot: number, body: number, asBytes: boolean): void {
    this.#admit(operation, slot)?.readBody(operation, body, asBytes);
  }

  startCall(operation: number, name: string, json: string, bytes: readonly Uint8Array[]): void {
    if (!this.#operations.begin(operation, 0)) return this.#full(operation);
    runHostOperation(this.#services.operations, name, json, bytes).then(
      (value) => {
        if (this.#dead) return;
        if (typeof value === "string") this.settleText(operation, value);
        else this.settleBytes(operation, value);
      },
      (error: unknown) => {
        if (!this.#dead) this.failOperation(operation, ...hostOperationFailure(error));
      },
    );
  }

  startTimer(operation: number, milliseconds: number): void {
    const limit = this.#site.limits.operations;
    // The callback of a timer cannot fail, so one too many is never due, and the log says so.
    if (!this.#timers.start(operation, milliseconds, limit)) {
      this.#log.once(40, `setTimeout: more than ${limit} timers under way; this one is dropped`);
    }
  }

  stopTimer(operation: number): void {
    this.#timers.stop(operation);
  }

  log(level: number, text: string): void {
    this.#log.line(level, text);
  }

  threw(slot: number, stack: string): void {
    const error = new HttpError(
      500,
      "script_error",
      `running the scripts of "${this.#site.name}": they threw`,
    );
    this.answered(slot)?.scriptFailed(error, stack);
  }

  #settle(operation: number, event: string, bytes?: ArrayBuffer): void {
    const slot = this.#operations.settle(operation);
    if (slot === undefined) return;
    this.#queue.add(event, slot, bytes);
  }

  /** Takes down an operation; refuses it when its exchange is over or too many are under way. */
  #admit(operation: number, slot: number): ScriptTask | undefined {
    const task = this.#tasks.get(slot);
    const fits = this.#operations.begin(operation, slot);
    if (task !== undefined && fits) return task;
    if (fits) this.failOperation(operation, "Error", "the request it belongs to is over");
    else this.#full(operation);
    return undefined;
  }

  #full(operation: number): void {
    const { operations } = this.#site.limits;
    const message = `more than ${operations} operations are under way, or fetched bodies unused`;
    this.failOperation(operation, "Error", message);
  }

  #enter(events: Event[], slots: readonly number[]): void {
    if (this.#run(events, slots)) this.#fetchLater();
    for (const slot of slots) if (slot !== 0) this.#tasks.get(slot)?.scriptWaits();
  }

  /** Enters again for what microtasks have produced. */
  #fetchLater(): void {
    for (let i = 0; this.#woken && !this.#dead; i++) {
      if (i === REENTRIES) return this.#queue.wake();
      if (!this.#run([], [])) return;
    }
  }

  /** One entry and its commands. Returns false when it did not go well, and has seen to it. */
  #run(events: Event[], slots: readonly number[]): boolean {
    this.#woken = false;
    try {
      runCommands(this.#guest.enter(events), this, this.#bytes);
    } catch (error) {
      if (error instanceof CpuLimitReached) this.#interrupted(error, events, slots);
      else if (error instanceof RejectionUnhandled && this.#recoveries < RECOVERIES)
        return this.#rejected(error);
      else this.#ended(error, events, slots);
      return false;
    } finally {
      this.#log.end();
    }
    this.#recoveries = 0;
    // Commands still to be fetched may name bytes that were handed over by now.
    if (!this.#woken) this.#bytes.clear();
    return true;
  }

  /** Nobody is to blame, but the commands have to be fetched again. */
  #rejected(error: RejectionUnhandled): boolean {
    this.#recoveries++;
    // A client may leave at any time; nobody has to reckon with it.
    if (!error.guestStack.includes(CLIENT_LEFT))
      this.#services.rejected(this, error.message, error.guestStack);
    return this.#run(["L"], []);
  }

  /** The CPU limit struck: the request that ran gets its 500, what had not begun goes in again. */
  #interrupted(error: CpuLimitReached, events: Event[], slots: readonly number[]): void {
    const { index } = error;
    this.#queue.suspect();
    // What others in the batch had finished is still in the isolate; those are not to blame.
    if (events.length > 0 && events[0] !== "L") this.#run(["L"], []);
    const again: number[] = [];
    for (const i of index === -1 ? firstOfEach(slots) : [index]) {
      const slot = slots[i] ?? 0;
      const task = this.#tasks.get(slot);
      if (task?.waitsForScripts !== true) continue;
      const isAlone = index !== -1 || slots.every((other) => other === slot);
      const isWaiting = this.#operations.isWaiting(slot);
      const fate = this.#blame.fateOf({ slot, event: events[i]!, isWaiting, isAlone }, error);
      if (fate === "again") again.push(i);
      if (fate !== "fails") continue;
      this.forget(slot);
      const failure = new HttpError(500, "script_cpu_limit", this.#message(error), error);
      task.scriptFailed(failure, error.guestStack);
    }
    if (index !== -1) for (let i = index + 1; i < events.length; i++) if (isText(events[i]!)) again.push(i);
    this.#putBack(again, events, slots);
    this.#queue.wake();
  }

  /** Events go in again, each with the bytes behind it. */
  #putBack(indices: readonly number[], events: readonly Event[], slots: readonly number[]): void {
    const all = indices.flatMap((i) => (isText(events[i + 1] ?? "") ? [i] : [i, i + 1]));
    this.#queue.putBack(
      all.map((i) => events[i]!),
      all.map((i) => slots[i]!),
    );
  }

  /** The isolate is gone, or no longer to be trusted. */
  #ended(error: unknown, events: readonly Event[], slots: readonly number[]): void {
    const index = error instanceof Error && "index" in error ? Number(error.index) : -1;
    const notBegun = new Set<number>(this.#queue.slotsOf("R"));
    for (const [i, event] of events.entries()) {
      if (index !== -1 && i > index && isRequest(event)) notBegun.add(slots[i]!);
    }
    const code = error instanceof ProtocolError ? "script_protocol" : "script_memory_limit";
    const waiting: ScriptTask[] = [];
    const failed: ScriptTask[] = [];
    for (const [slot, task] of this.#tasks) (notBegun.has(slot) ? waiting : failed).push(task);
    this.#tasks.clear();
    this.dispose();
    for (const task of failed)
      task.scriptFailed(new HttpError(500, code, this.#message(error), error), undefined);
    this.#services.died(this, waiting, this.#message(error));
  }

  #message(error: unknown): string {
    return `running the scripts of "${this.#site.name}": ${error instanceof Error ? error.message : String(error)}`;
  }
}

function isText(event: Event): event is string {
  return typeof event === "string";
}
