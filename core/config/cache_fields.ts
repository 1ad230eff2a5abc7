import type { CacheConfig } from "./config.ts";
import type { Section } from "./field.ts";

export const cacheSection: Section<CacheConfig> = {
  title: "cache",
  doc:
    "Answers that scripts let the proxy keep: `new Response(body, { cache: { ttl: 60 } })`. They are sent again without " +
    "running the script. Each worker keeps its own. Kept answers of a site are let go of when its scripts change.",
  fields: {
    memory: {
      doc:
        "Memory for kept answers, per worker; 0 keeps none. When it is used up, the site that has most gives way, with what " +
        "was not asked for the longest time.",
      type: { kind: "size", unit: "bytes", minimum: 0, maximum: 1024 ** 4 },
      default: "64mb",
    },
    entry: {
      doc: "The largest answer that is kept, with its head; at most half of `memory`.",
      type: { kind: "size", unit: "bytes", minimum: 1024, maximum: 1024 ** 3 },
      default: "1mb",
    },
    ttl: {
      doc: "The longest time an answer is kept, whatever its script says.",
      type: { kind: "duration", minimum: 1, maximum: 365 * 24 * 3_600_000 },
      default: "24h",
    },
    waiting: {
      doc:
        "Requests of a site that may wait, per worker, for an answer that another request is about to bring; what comes on " +
        "top runs the scripts itself. None waits longer than the site's `limits.deadline`.",
      type: { kind: "integer", minimum: 0, maximum: 1_000_000 },
      default: 1_000,
    },
  },
};
