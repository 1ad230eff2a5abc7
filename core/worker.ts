import type { CompiledSite } from "./script/compile/compiled_site.ts";
import { allowTimerSlack } from "./script/limits/timer_slack.ts";
import type { StartMessage, SupervisorMessage, WorkerMessage } from "./supervisor/messages.ts";
import { Worker } from "./worker/worker.ts";

/** The process around the worker: the supervisor's messages, signals, and errors nobody caught. */
class WorkerProgram {
  #worker: Worker | undefined;

  run(): void {
    allowTimerSlack();
    process.on("message", (message) => this.#onMessage(message as SupervisorMessage));
    process.on("disconnect", () => this.#drain(false));
    process.on("SIGTERM", () => this.#leave("SIGTERM"));
    // A terminal sends these to every process of the group; what follows from them the supervisor says.
    process.on("SIGINT", () => {});
    process.on("SIGQUIT", () => {});
    process.on("SIGHUP", () => {});
    process.on("SIGUSR2", () => {});
    process.on("uncaughtException", (error) => this.#die(error, "uncaught exception"));
    process.on("unhandledRejection", (reason) => this.#die(reason, "unhandled rejection"));
    // The supervisor may have gone while this program was loaded; that event has passed then.
    if (!process.connected) this.#drain(false);
  }

  #onMessage(message: SupervisorMessage): void {
    switch (message.type) {
      case "start":
        // Never rejects.
        void this.#start(message);
        break;
      case "load":
        this.#load(message.site, message.isTrial);
        break;
      case "quarantine":
        this.#worker?.quarantine(message.site, message.milliseconds);
        break;
      case "lift":
        this.#worker?.lift(message.site);
        break;
      case "certificate":
      case "staple":
      case "clientAuthorities":
      case "ticketKeys":
        this.#worker?.renewTls(message);
        break;
      case "purge":
        // Before the start it has nothing to let go of.
        if (this.#worker === undefined) this.#tell({ type: "purged", round: message.round });
        else this.#worker.purge(message.round, message.purges);
        break;
      case "purgeDone":
        this.#worker?.purgeDone(message.failure);
        break;
      case "measure":
        this.#worker?.measure(message.request);
        break;
      case "drain":
        this.#drain(message.gently, message.timeout);
        break;
      case "cut":
        this.#cut(message.reason);
        break;
    }
  }

  async #start(message: StartMessage): Promise<void> {
    try {
      this.#worker = new Worker(message, {
        tell: (said, done) => this.#tell(said, done),
        leave: (reason, site) => this.#leave(reason, site),
      });
      await this.#worker.listen();
      this.#tell({ type: "ready" });
    } catch (error) {
      this.#tell({ type: "failed", message: (error as Error).message }, () => process.exit(1));
    }
  }

  #load(site: CompiledSite, isTrial: boolean): void {
    const { site: name, version } = site;
    try {
      this.#worker?.load(site, isTrial);
      this.#tell({ type: "loaded", site: name, version });
    } catch (error) {
      this.#tell({ type: "refused", site: name, version, message: (error as Error).message });
    }
  }

  /** Another worker starts while this one finishes what is under way. */
  #leave(reason: string, site?: string): void {
    this.#tell({ type: "leaving", reason, site });
    this.#drain(false);
  }

  /** Ends the process. Without a timeout: as long as the configuration's `drainTimeout`. */
  #drain(gently: boolean, timeout?: number): void {
    if (this.#worker === undefined) process.exit(0);
    this.#worker.drain(gently, timeout);
  }

  #cut(reason: string): void {
    if (this.#worker === undefined) process.exit(0);
    this.#worker.cut(reason);
  }

  /** After an error nobody caught nothing is certain any more, so nothing is finished either. */
  #die(error: unknown, message: string): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#worker?.fatal(error, message);
    setTimeout(() => process.exit(1), 1000);
    this.#worker?.measure(0);
    this.#tell({ type: "leaving", reason: `${message}: ${reason}` }, () => process.exit(1));
  }

  #tell(message: WorkerMessage, done: () => void = () => {}): void {
    if (process.connected) process.send!(message, undefined, {}, done);
    else done();
  }
}

new WorkerProgram().run();
