import type { HttpError } from "../http/http_error.ts";
import { type FrontOptions, Listener } from "./listener.ts";

/** All listeners of a worker. */
export class Listeners {
  readonly #listeners: Listener[] = [];

  /** Takes a listening socket that another process opened. Rejects when that fails. */
  async listen(fd: number, options: FrontOptions): Promise<void> {
    const listener = new Listener(options);
    this.#listeners.push(listener);
    await listener.listen({ fd });
  }

  /** Connections open at all of them. */
  get connections(): number {
    let connections = 0;
    for (const listener of this.#listeners) connections += listener.connections;
    return connections;
  }

  /** Accepts no more; resolves when every connection is closed. See `Listener.drain`. */
  async close(gently: boolean): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close(gently)));
  }

  /** Cuts everything off. Returns how many exchanges there were. */
  destroy(reason: HttpError): number {
    let exchanges = 0;
    for (const listener of this.#listeners) exchanges += listener.destroy(reason);
    return exchanges;
  }
}
