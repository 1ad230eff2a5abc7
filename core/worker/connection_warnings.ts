import { Burst } from "../observe/burst.ts";
import type { Logger } from "../observe/logger.ts";

/** What the log is told of connections that came to nothing: a line of each kind a second at most. */
export class ConnectionWarnings {
  readonly #turnedAway: Burst<{ readonly limit: string; readonly client: string }>;
  readonly #failedAccepts: Burst<{ readonly listener: string; readonly err: Error }>;
  readonly #failedHandshakes: Burst<{ readonly reason: string; readonly client: string }>;

  constructor(logger: Logger) {
    this.#turnedAway = new Burst((connections, last) =>
      logger.warn({ ...last, connections }, "connections closed at once: there are too many"),
    );
    this.#failedAccepts = new Burst((failures, last) =>
      logger.warn({ ...last, failures }, "connections could not be accepted; the listener goes on"),
    );
    this.#failedHandshakes = new Burst((failures, last) =>
      logger.debug({ ...last, failures }, "TLS handshakes have failed"),
    );
  }

  /** `limit` is the field of the configuration that was reached. */
  turnedAway(limit: string, client: string): void {
    this.#turnedAway.add({ limit, client });
  }

  /** The system would not hand over a connection, such as with ENOBUFS. Of descriptors that run out `OpenFiles` tells, for libuv does not. */
  acceptFailed(listener: string, error: Error): void {
    this.#failedAccepts.add({ listener, err: error });
  }

  handshakeFailed(reason: string, client: string): void {
    this.#failedHandshakes.add({ reason, client });
  }

  close(): void {
    this.#turnedAway.close();
    this.#failedAccepts.close();
    this.#failedHandshakes.close();
  }
}
