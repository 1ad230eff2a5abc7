/** What a pool needs to know of a connection. */
export interface PooledConnection {
  /** Whether the next exchange may begin on it. */
  readonly usable: boolean;
  /** Ends the connection now. */
  destroy(): void;
}

/**
 * Counts the open connections to one server and keeps the idle ones, the last used on top: under light load
 * few connections stay warm and the others run into their keep-alive time.
 */
export class ConnectionPool<C extends PooledConnection> {
  readonly #limit: number;
  readonly #idleLimit: number;
  readonly #idle: C[] = [];
  #open = 0;
  #closed = false;

  /** `connections` may be open at once, `idleConnections` of them wait for reuse. */
  constructor(limits: { connections: number; idleConnections: number }) {
    this.#limit = limits.connections;
    this.#idleLimit = limits.idleConnections;
  }

  /** Connections open or being opened. */
  get open(): number {
    return this.#open;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** Counts a connection that is about to be opened. False when the limit is reached. */
  reserve(): boolean {
    if (this.#open >= this.#limit) return false;
    this.#open++;
    return true;
  }

  /** The idle connection used last, no longer idle; undefined when there is none. */
  take(): C | undefined {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.usable) return connection;
    }
    return undefined;
  }

  /** Keeps a connection for reuse, or ends it when enough are kept or the pool is closed. */
  keep(connection: C): void {
    if (this.#closed || this.#idle.length >= this.#idleLimit) connection.destroy();
    else this.#idle.push(connection);
  }

  /** Gives back what `reserve` counted; called once when a connection has closed, busy or idle. */
  remove(connection: C): void {
    this.#open--;
    const index = this.#idle.lastIndexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** Ends the idle connections; those given back later end as well. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }
}
