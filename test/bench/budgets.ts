import type { ServerName } from "./bench_server.ts";

/** At most so many times the CPU per request of that server, or of the best of several. */
export interface Budget {
  readonly servers: readonly ServerName[];
  readonly ratio: number;
}

const best: readonly Budget[] = [{ servers: ["lighttpd", "nginx", "njs", "haproxy"], ratio: 1 }];

/** The design's budgets, by workload. */
export const budgets: Readonly<Record<string, readonly Budget[]>> = {
  answer: [
    { servers: ["lighttpd"], ratio: 1.25 },
    { servers: ["njs"], ratio: 1 },
    { servers: ["haproxy"], ratio: 0.6 },
    { servers: ["workerd"], ratio: 0.2 },
  ],
  redirects: best,
  validation: best,
  signed: best,
  page_cache_hit: best,
  static_1k: [{ servers: ["bare"], ratio: 1.3 }],
  static_1g: [{ servers: ["bare"], ratio: 2.5 }],
  escalation_1k: [{ servers: ["bare"], ratio: 1.5 }],
};
