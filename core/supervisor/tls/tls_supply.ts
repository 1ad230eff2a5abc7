import type { Config } from "../../config/config.ts";
import type { TlsMaterial } from "../../http/tls_material.ts";
import type { Logger } from "../../observe/logger.ts";
import type { TlsMessage } from "../messages.ts";
import { CertificateStore } from "./certificate_store.ts";
import type { TicketKeys } from "./ticket_keys.ts";

/** What the workers of one configuration speak TLS with: what they begin with, and the news of it. */
export class TlsSupply {
  readonly certificates: CertificateStore;
  readonly #tickets: TicketKeys;
  readonly #unfollow: () => void;

  private constructor(certificates: CertificateStore, tickets: TicketKeys, unfollow: () => void) {
    this.certificates = certificates;
    this.#tickets = tickets;
    this.#unfollow = unfollow;
  }

  /**
   * Undefined when no listener speaks TLS. `tell` gets what workers must hear that have begun already.
   *
   * @throws TlsFileError when a certificate cannot be used.
   */
  static open(
    config: Config,
    logger: Logger,
    tickets: TicketKeys,
    tell: (message: TlsMessage) => void,
  ): TlsSupply | undefined {
    if (!config.listen.some(({ tls }) => tls)) return undefined;
    const certificates = new CertificateStore({
      config: config.tls,
      logger,
      onCertificate: (place, certificate) => tell({ type: "certificate", place, certificate }),
      onAuthorities: (authorities) => tell({ type: "clientAuthorities", authorities }),
    });
    const unfollow = tickets.follow((keys) => tell({ type: "ticketKeys", keys }));
    return new TlsSupply(certificates, tickets, unfollow);
  }

  /** As it is now, for a worker that begins. */
  get material(): TlsMaterial {
    const { certificates, clientAuthorities } = this.certificates;
    return { certificates, clientAuthorities, ticketKeys: this.#tickets.current };
  }

  close(): void {
    this.certificates.close();
    this.#unfollow();
  }
}
