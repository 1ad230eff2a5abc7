import { residentMemory } from "../resident_memory.ts";
import { ListenerMetrics } from "./listener_metrics.ts";
import { LoopDelay } from "./loop_delay.ts";
import { SiteMetrics } from "./site_metrics.ts";
import { addSample, type Snapshot } from "./snapshot.ts";

/** Writes down what can be read at any time and is not counted here. */
export type MetricsSource = (to: Snapshot) => void;

/** All that one worker counts. */
export class WorkerMetrics {
  readonly #sites = new Map<string, SiteMetrics>();
  readonly #listeners = new Map<string, ListenerMetrics>();
  readonly #sources: MetricsSource[] = [];
  readonly #siteless = new Map<number, number>();
  readonly #loopDelay = new LoopDelay();
  #handshakesFailed = 0;

  site(name: string): SiteMetrics {
    let site = this.#sites.get(name);
    if (site === undefined) {
      site = new SiteMetrics();
      this.#sites.set(name, site);
    }
    return site;
  }

  listener(name: string): ListenerMetrics {
    let listener = this.#listeners.get(name);
    if (listener === undefined) {
      listener = new ListenerMetrics();
      this.#listeners.set(name, listener);
    }
    return listener;
  }

  /** A request came to no site. */
  siteless(status: number): void {
    this.#siteless.set(status, (this.#siteless.get(status) ?? 0) + 1);
  }

  /** A TLS handshake came to nothing. */
  handshakeFailed(): void {
    this.#handshakesFailed++;
  }

  addSource(source: MetricsSource): void {
    this.#sources.push(source);
  }

  /** `worker` names this one among all of them. */
  snapshot(worker: string): Snapshot {
    const to: Snapshot = {};
    for (const [name, site] of this.#sites) site.snapshot(to, name);
    for (const [name, listener] of this.#listeners) listener.snapshot(to, name);
    for (const [status, count] of this.#siteless)
      addSample(to, "lodestone_requests_without_site_total", count, String(status));
    addSample(to, "lodestone_tls_handshakes_failed_total", this.#handshakesFailed);
    for (const source of this.#sources) source(to);
    this.#loopDelay.snapshot(to);
    const { user, system } = process.cpuUsage();
    addSample(to, "lodestone_worker_memory_bytes", residentMemory() ?? 0, worker);
    addSample(to, "lodestone_worker_cpu_seconds_total", (user + system) / 1e6, worker);
    return to;
  }

  close(): void {
    this.#loopDelay.close();
  }
}
