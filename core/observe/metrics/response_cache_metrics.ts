import { addNonZero, type Snapshot } from "./snapshot.ts";

/** What the response cache of one site does in this worker. Plain fields: whoever counts adds to them. */
export class ResponseCacheMetrics {
  /**
   * Requests for which an answer could have been kept. hit: it was. waited: another request has brought it. miss: neither.
   */
  readonly requests = { hit: 0, waited: 0, miss: 0 };
  stored = 0;
  readonly removed = { evicted: 0, purged: 0 };

  snapshot(to: Snapshot, site: string): void {
    for (const [outcome, count] of Object.entries(this.requests))
      addNonZero(to, "lodestone_response_cache_requests_total", count, site, outcome);
    addNonZero(to, "lodestone_response_cache_stored_total", this.stored, site);
    for (const [reason, count] of Object.entries(this.removed))
      addNonZero(to, "lodestone_response_cache_removed_total", count, site, reason);
  }
}
