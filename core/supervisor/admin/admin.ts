import type { ListenAddress } from "../../config/config.ts";
import { formatListenAddress } from "../../config/listen_address.ts";
import type { Logger } from "../../observe/logger.ts";
import { bindError, removeStaleSocket } from "../listening_socket.ts";
import { isLoopback } from "./admin_guard.ts";
import { type AdminSubject, adminPages } from "./admin_pages.ts";
import { AdminServer } from "./admin_server.ts";

export interface AdminOptions extends AdminSubject {
  readonly logger: Logger;
}

/** Milliseconds until an address that could not be had is tried again. */
const RETRY = 1_000;

/**
 * The admin listener. That its address cannot be had is logged and keeps nothing else from working; it is tried again
 * until it can, or `listen` names another one.
 */
export class Admin {
  readonly #options: AdminOptions;
  #wanted: ListenAddress | undefined;
  #server: AdminServer | undefined;
  #address: ListenAddress | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: AdminOptions) {
    this.#options = options;
  }

  /** Where it listens, undefined when it doesn't. */
  get address(): ListenAddress | undefined {
    return this.#address;
  }

  /**
   * Listens there, and no longer where it did; undefined for nowhere. Resolves after the first attempt.
   *
   * @param patience milliseconds that the address may stay taken before that is an error: another process is leaving it
   */
  async listen(wanted: ListenAddress | undefined, patience = 0): Promise<void> {
    const isSame = JSON.stringify(wanted) === JSON.stringify(this.#wanted);
    if (isSame && this.#server !== undefined) return;
    // The reload that takes it elsewhere may have been asked for here.
    this.close(true);
    this.#wanted = wanted;
    if (wanted === undefined) return;
    this.#options.observation.keep();
    await this.#attempt(wanted, performance.now() + patience);
  }

  close(gently = false): void {
    clearTimeout(this.#retry);
    this.#wanted = undefined;
    this.#address = undefined;
    this.#server?.close(gently);
    this.#server = undefined;
  }

  async #attempt(wanted: ListenAddress, quietUntil: number): Promise<void> {
    const server = new AdminServer(wanted, adminPages(this.#options));
    let address: ListenAddress;
    try {
      if (wanted.kind === "unix") await removeStaleSocket(wanted);
      address = await server.listen();
    } catch (error) {
      this.#failed(wanted, error as NodeJS.ErrnoException, quietUntil);
      return;
    }
    if (this.#wanted !== wanted) return server.close();
    this.#server = server;
    this.#address = address;
    this.#tell(address);
  }

  #failed(wanted: ListenAddress, error: NodeJS.ErrnoException, quietUntil: number): void {
    if (this.#wanted !== wanted) return;
    const isToBeTold = performance.now() >= quietUntil;
    if (isToBeTold) {
      const { message } = error.errno === undefined ? error : bindError(wanted, error.errno);
      this.#options.logger.error({ reason: message }, "no admin listener; it is tried again every second");
    }
    const next = isToBeTold ? Number.POSITIVE_INFINITY : quietUntil;
    this.#retry = setTimeout(() => void this.#attempt(wanted, next), RETRY).unref();
  }

  #tell(address: ListenAddress): void {
    const admin = formatListenAddress(address);
    this.#options.logger.info({ admin }, "admin listener open");
    if (isLoopback(address)) return;
    this.#options.logger.warn(
      { admin },
      "other machines may reach the admin listener: whoever does can read the state of every site, and reload",
    );
  }
}
