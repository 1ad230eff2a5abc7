import { addSample, type Snapshot } from "./snapshot.ts";

/** How busy a backend's connections are. */
export interface BackendLoad {
  /** Connections open or being opened. */
  readonly connections: number;
  readonly idleConnections: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
}

/** What a worker counts of one backend. */
export class BackendMetrics {
  readonly #load: BackendLoad;
  /** By the first digit of the status. */
  readonly #responses = new Float64Array(6);
  readonly #failures = new Map<string, number>();

  /** `load` is read when somebody asks. */
  constructor(load: BackendLoad) {
    this.#load = load;
  }

  responded(status: number): void {
    this.#responses[(status / 100) | 0]!++;
  }

  /** `code`: a stable name of this program, such as `backend_refused`. */
  failed(code: string): void {
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1);
  }

  snapshot(to: Snapshot, backend: string): void {
    const { connections, idleConnections, waiting } = this.#load;
    addSample(to, "lodestone_backend_connections", connections - idleConnections, backend, "busy");
    addSample(to, "lodestone_backend_connections", idleConnections, backend, "idle");
    addSample(to, "lodestone_backend_requests_waiting", waiting, backend);
    for (const [digit, count] of this.#responses.entries())
      if (count > 0) addSample(to, "lodestone_backend_responses_total", count, backend, `${digit}xx`);
    for (const [code, count] of this.#failures)
      addSample(to, "lodestone_backend_failures_total", count, backend, code);
  }
}
