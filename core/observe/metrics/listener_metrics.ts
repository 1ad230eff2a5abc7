import type { Socket } from "node:net";
import { addSample, type Snapshot } from "./snapshot.ts";

/** What a worker counts of the connections of one listener. Bytes are those on the wire. */
export class ListenerMetrics {
  readonly #open = new Set<Socket>();
  #accepted = 0;
  #refused = 0;
  #received = 0;
  #sent = 0;

  /** A connection was accepted. */
  opened(socket: Socket): void {
    this.#accepted++;
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#received += socket.bytesRead;
      this.#sent += socket.bytesWritten;
    });
  }

  /** A connection was closed at once: there are too many. */
  refused(): void {
    this.#refused++;
  }

  snapshot(to: Snapshot, listener: string): void {
    let received = this.#received;
    let sent = this.#sent;
    for (const socket of this.#open) {
      received += socket.bytesRead;
      sent += socket.bytesWritten;
    }
    addSample(to, "lodestone_connections_open", this.#open.size, listener);
    addSample(to, "lodestone_connections_total", this.#accepted, listener);
    addSample(to, "lodestone_connections_refused_total", this.#refused, listener);
    addSample(to, "lodestone_connections_received_bytes_total", received, listener);
    addSample(to, "lodestone_connections_sent_bytes_total", sent, listener);
  }
}
