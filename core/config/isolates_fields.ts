import type { IsolatesConfig } from "./config.ts";
import type { Section } from "./field.ts";

/** Part of `watchdog.memory` that the isolates of a worker may have by default before idle ones are released. */
const SHARE_OF_WORKER = 0.5;

/** As it is written: the default of `memory` depends on other keys. */
export interface WrittenIsolates extends Omit<IsolatesConfig, "memory"> {
  readonly memory: number | undefined;
}

export const isolatesSection: Section<WrittenIsolates> = {
  title: "isolates",
  doc:
    "How many isolates a worker keeps. A site's isolate is made for its first request, in about 2 ms. When there are " +
    "too many, those that have been idle for the longest time are released: no request, `ctx.waitUntil` promise, timer " +
    "or operation is under way in them. What their modules kept in variables is lost then, and the next request makes a " +
    "new one. Isolates that are not idle are never released, whatever the bounds say.",
  fields: {
    live: {
      doc: "Isolates of a worker. One of a small site takes about 2 MB.",
      // docs/decisions/0011: each has 13 memory mappings at least, and Linux lets a process have 65,530.
      type: { kind: "integer", minimum: 1, maximum: 4096 },
      default: 256,
    },
    memory: {
      doc: "Memory of all isolates of a worker, looked at once a second. Without it half of `watchdog.memory`.",
      type: { kind: "size", unit: "bytes", minimum: 16 * 1024 ** 2, maximum: 1024 ** 4 },
    },
  },
};

/** The default of `isolates.memory`, in bytes; `worker` is `watchdog.memory`. */
export function defaultIsolatesMemory(worker: number): number {
  return Math.floor(worker * SHARE_OF_WORKER);
}
