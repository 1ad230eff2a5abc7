import type { Logger } from "./logger.ts";

/** A request that a backend has brought no response for. */
export interface BackendFailure {
  readonly backend: string;
  readonly site: string;
  /** Of the exchange. */
  readonly id: string;
  /** Stable name of what went wrong, such as `backend_refused`. */
  readonly code: string;
  /** What went wrong, for the operator. */
  readonly error: string;
}

/** Milliseconds between two lines that tell of the same backend and code. */
const PAUSE = 1_000;
/** Lines within that time, and pairs of backend and code that are remembered. */
const MOST = 200;

/**
 * Warns of backends that fail, for the access log may be switched off. A dead backend fails every request: of each
 * backend and code there is a line a second, which tells how many others it stands for.
 */
export class BackendFailures {
  readonly #logger: Logger;
  readonly #now: () => number;
  /** By backend and code, the line written longest ago first. */
  readonly #lines = new Map<string, { readonly at: number; suppressed: number }>();

  /** `now`: monotonic milliseconds. */
  constructor(logger: Logger, now: () => number = () => performance.now()) {
    this.#logger = logger;
    this.#now = now;
  }

  report(failure: BackendFailure): void {
    const key = `${failure.backend} ${failure.code}`;
    const now = this.#now();
    const last = this.#lines.get(key);
    if (last !== undefined && now - last.at < PAUSE) {
      last.suppressed++;
      return;
    }
    if (last === undefined && !this.#hasRoom(now)) return;
    this.#lines.delete(key);
    this.#lines.set(key, { at: now, suppressed: 0 });
    const suppressed = last?.suppressed ?? 0;
    this.#logger.warn({ ...failure, ...(suppressed > 0 ? { suppressed } : {}) }, "backend failed");
  }

  /** Gives up the line written longest ago when the table is full, unless it is recent. */
  #hasRoom(now: number): boolean {
    if (this.#lines.size < MOST) return true;
    const [oldest] = this.#lines;
    if (oldest === undefined || now - oldest[1].at < PAUSE) return false;
    return this.#lines.delete(oldest[0]);
  }
}
