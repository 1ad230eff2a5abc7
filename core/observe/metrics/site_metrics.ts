import { DURATIONS } from "./families.ts";
import { Histogram } from "./histogram.ts";
import { type AnsweredBy, RequestCounts } from "./request_counts.ts";
import { ResponseCacheMetrics } from "./response_cache_metrics.ts";
import { ScriptMetrics } from "./script_metrics.ts";
import { addSample, type Snapshot } from "./snapshot.ts";

/** What a worker counts of one site. */
export class SiteMetrics {
  readonly scripts = new ScriptMetrics();
  readonly cache = new ResponseCacheMetrics();
  readonly #requests = new RequestCounts();
  readonly #durations = new Histogram(DURATIONS);
  #active = 0;
  #total = 0;
  #bytes = 0;

  /** A request begins; `finished` must follow. */
  begun(): void {
    this.#active++;
    this.#total++;
  }

  /** `bytes` of the body were sent. */
  finished(method: string, status: number, by: AnsweredBy, milliseconds: number, bytes: number): void {
    this.#active--;
    this.#bytes += bytes;
    this.#requests.add(method, status, by);
    // How long a connection serves another protocol says nothing about this program.
    if (status !== 101) this.#durations.observe(milliseconds / 1000);
  }

  /** Nothing, as long as there was no request. */
  snapshot(to: Snapshot, site: string): void {
    this.scripts.snapshot(to, site);
    if (this.#total === 0) return;
    this.cache.snapshot(to, site);
    addSample(to, "lodestone_requests_active", this.#active, site);
    this.#requests.forEach((count, method, status, by) => {
      addSample(to, "lodestone_requests_total", count, site, method, status, by);
    });
    addSample(to, "lodestone_request_duration_seconds", this.#durations.values, site);
    addSample(to, "lodestone_response_body_bytes_total", this.#bytes, site);
  }
}
