import { addSample, type Snapshot } from "./snapshot.ts";

/** What a cache tells of itself. */
export interface CacheReading {
  readonly hits: number;
  readonly misses: number;
  /** Entries. */
  readonly size: number;
  readonly bytes?: number;
}

export function addCache(to: Snapshot, cache: string, { hits, misses, size, bytes }: CacheReading): void {
  addSample(to, "lodestone_cache_hits_total", hits, cache);
  addSample(to, "lodestone_cache_misses_total", misses, cache);
  addSample(to, "lodestone_cache_entries", size, cache);
  if (bytes !== undefined) addSample(to, "lodestone_cache_bytes", bytes, cache);
}
