import type { SiteConfig } from "../config/config.ts";
import { HttpError } from "../http/http_error.ts";
import type { Trace } from "../observe/trace.ts";
import { ProtocolError } from "./command_reader.ts";
import { runCommands } from "./command_runner.ts";
import type { CompiledSite } from "./compile/compiled_site.ts";
import { CpuLimitReached, type Event, GuestIsolate, RejectionUnhandled } from "./guest_isolate.ts";
import type { GuestInspector } from "./inspect/guest_inspector.ts";
import { inspectedTurns } from "./inspect/inspected_turns.ts";
import { CLIENT_LEFT, type IsolateServices } from "./isolate_services.ts";
import { Blame, firstOfEach, isRequest } from "./limits/blame.ts";
import { HandedBytes } from "./limits/handed_bytes.ts";
import type { ScriptTask } from "./script_task.ts";
import { ScriptWork } from "./script_work.ts";
import { IsolateTracing } from "./trace/isolate_tracing.ts";
import { TurnQueue } from "./turn_queue.ts";

/** Bytes a script may hand over in one entry. */
const HANDED_LIMIT = 64 * 1024 * 1024;
/** Entries in a row for what microtasks produced, before other work gets its turn. */
const REENTRIES = 16;
/** Attempts to get commands out. A rejection left from an entry that the CPU limit ended costs one. */
const RECOVERIES = 3;

/**
 * One version of a site's scripts at work: exchanges and operations under way, events going in, commands carried
 * out. Requests, finished operations and timers of one event-loop iteration go in as one entry.
 */
export class SiteIsolate {
  readonly compiled: CompiledSite;
  readonly work: ScriptWork;
  readonly #site: SiteConfig;
  readonly #services: IsolateServices;
  readonly #guest: GuestIsolate;
  readonly #queue: TurnQueue;
  readonly #bytes = new HandedBytes(HANDED_LIMIT);
  readonly #blame: Blame;
  readonly #tracing: IsolateTracing | undefined;
  /** Entries in a row that only fetched lost commands, and lost them again. */
  #recoveries = 0;
  #woken = false;
  #dead = false;
  /** An entry is under way, or its commands are carried out: it may have more to do than it has said so far. */
  #isRunning = false;

  /** Creates the isolate and loads the scripts. Throws what they throw while loading, with its stack. */
  constructor(site: SiteConfig, compiled: CompiledSite, services: IsolateServices) {
    this.compiled = compiled;
    this.#site = site;
    this.#services = services;
    this.#blame = new Blame(services.log);
    const enter = (events: Event[], slots: number[], trace?: Trace): void =>
      trace === undefined
        ? this.#enter(events, slots)
        : this.#tracing!.entered(trace, this.#guest, () => this.#enter(events, slots));
    const { inspected } = services;
    const inspection = () => this.#guest.inspection!;
    this.#queue = new TurnQueue(inspected ? inspectedTurns(() => this.#queue, inspection, enter) : enter);
    // What another thread does in an entry cannot be told apart from here.
    const isTracing = services.traces && !inspected;
    const tracing = isTracing
      ? new IsolateTracing(site.scripts, compiled.returns, services.mapText)
      : undefined;
    this.#tracing = tracing;
    this.work = new ScriptWork(site, {
      operations: services.operations,
      fetchOrigin: services.fetchOrigin,
      holding: services.holding,
      events: this.#queue,
      tracing,
      metrics: services.metrics,
      log: services.log,
      thrown: services.thrown,
      hooked: () => this.#guest.hooked,
      forgotten: (slot) => this.#blame.forget(slot),
    });
    this.#guest = new GuestIsolate(site, compiled, {
      runtime: services.runtime,
      codeCache: services.codeCache,
      stat: tracing === undefined ? services.stat : tracing.tracedStat(services.stat),
      tracing,
      inspected,
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

  /** Whether anything still needs this version. */
  get busy(): boolean {
    return this.#isRunning || this.#woken || this.work.busy;
  }

  /** Whether its scripts will not run again before the next request. */
  get isIdle(): boolean {
    return !this.#queue.isScheduled && this.work.isIdle && this.#guest.inspection?.isAttached !== true;
  }

  /** Bytes of the isolate's memory. */
  get memory(): number {
    return this.#guest.memory;
  }

  /** Whether the scripts still have a part in the exchange. */
  waitsFor(slot: number): boolean {
    return this.work.tasks.has(slot);
  }

  /** Hands a request to the scripts, under a slot that `requestEvent` is told. */
  begin(task: ScriptTask): void {
    this.#services.metrics.requests++;
    const slot = this.work.add(task);
    this.#queue.add(task.requestEvent(slot), slot, undefined, this.#tracing && task.trace);
  }

  /** The head that escalation brought, for onResponse. */
  offerHead(slot: number, status: number, by: string, fields: string): void {
    const trace = this.#tracing && this.work.tasks.get(slot)?.trace;
    this.#queue.add(`H${slot}\n${status}\n${by}\n${fields}`, slot, undefined, trace);
  }

  /** The exchange is over for good: what the scripts still do for it is dropped. */
  forget(slot: number): void {
    const trace = this.#tracing && this.work.tasks.get(slot)?.trace;
    if (this.work.forget(slot)) this.#queue.add(`A${slot}`, 0, undefined, trace);
  }

  /** Attaches a debugger; see `GuestInspection.attach`. */
  async inspect(receive: (message: string) => void): Promise<GuestInspector> {
    return await this.#guest.inspection!.attach(receive);
  }

  /** Ends at once; every exchange the scripts have a part in fails. */
  end(error: HttpError): void {
    const tasks = this.work.allTasks();
    this.dispose();
    for (const [, task] of tasks) task.scriptFailed(error, undefined);
  }

  /** Ends while it is idle; another isolate of the same version is expected to follow. */
  release(): void {
    try {
      this.#guest.keepCode();
    } catch {
      // No memory for it; the next one compiles.
    }
    this.dispose();
  }

  dispose(): void {
    this.#dead = true;
    this.#queue.close();
    this.work.close();
    this.#guest.dispose();
  }

  #enter(events: Event[], slots: readonly number[]): void {
    this.#isRunning = true;
    try {
      if (this.#run(events, slots)) this.#fetchLater();
      if (this.work.tasks.size > 0) {
        for (const slot of slots) if (slot !== 0) this.work.tasks.get(slot)?.scriptWaits();
      }
    } finally {
      this.#isRunning = false;
    }
    if (!this.busy) this.#services.idle(this);
  }

  /** Enters again for what microtasks have produced. */
  #fetchLater(): void {
    if (!this.#woken) return;
    const until = performance.now() + this.#site.limits.cpu;
    for (let i = 0; this.#woken && !this.#dead; i++) {
      if (i === REENTRIES || performance.now() > until) return this.#queue.wake();
      if (!this.#run([], [])) return;
    }
  }

  /** One entry and its commands. Returns false when it did not go well, and has seen to it. */
  #run(events: Event[], slots: readonly number[]): boolean {
    this.#woken = false;
    const since = this.#services.activity.entering();
    try {
      runCommands(this.#enterGuest(events, since), this.work, this.#bytes);
    } catch (error) {
      this.#countLoss(error, since);
      if (error instanceof CpuLimitReached) this.#interrupted(error, events, slots);
      else if (error instanceof RejectionUnhandled && this.#recoveries < RECOVERIES)
        return this.#rejected(error);
      else this.#ended(error, events, slots);
      return false;
    } finally {
      this.work.entered();
    }
    this.#recoveries = 0;
    // Commands still to be fetched may name bytes that were handed over by now.
    if (!this.#woken) this.#bytes.clear();
    return true;
  }

  #enterGuest(events: Event[], since: number): string {
    try {
      return this.#guest.enter(events);
    } finally {
      this.#services.metrics.entered(since);
    }
  }

  /** A limit that struck only because the machine was busy is not the scripts' fault. */
  #countLoss(error: unknown, since: number): void {
    const isTheirs =
      error instanceof CpuLimitReached ? !error.starved : !(error instanceof RejectionUnhandled);
    if (!isTheirs) return;
    this.#services.activity.lost(since);
    if (error instanceof CpuLimitReached) this.#services.metrics.limits.cpu++;
    else if (!(error instanceof ProtocolError)) this.#services.metrics.limits.memory++;
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
      const task = this.work.tasks.get(slot);
      // Behind others of the batch it may have been their time that was used up.
      const isAlone = index === 0 || slots.every((other) => other === slot);
      if (task?.waitsForScripts !== true) {
        if (isAlone && slot !== 0) this.work.failStreams(slot, error.message);
        continue;
      }
      // Its decision was among what the isolate had finished; what is under way for it now is another event.
      if (isRequest(events[i]!) && !task.isUndecided) continue;
      const isWaiting = this.work.isWaiting(slot);
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
      this.#tracing?.current,
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
    for (const [slot, task] of this.work.allTasks()) (notBegun.has(slot) ? waiting : failed).push(task);
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
