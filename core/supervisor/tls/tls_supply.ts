import type { Config } from "../../config/config.ts";
import type { TlsMaterial } from "../../http/tls_material.ts";
import type { Logger } from "../../observe/logger.ts";
import type { TlsMessage } from "../messages.ts";
import { OcspStapler } from "../ocsp/ocsp_stapler.ts";
import { CertificateStore } from "./certificate_store.ts";
import type { TicketKeys } from "./ticket_keys.ts";

/** What the workers of one configuration speak TLS with: what they begin with, and the news of it. */
export class TlsSupply {
  readonly certificates: CertificateStore;
  readonly #tickets: TicketKeys;
  readonly #unfollow: () => void;
  readonly #stapler: OcspStapler | undefined;

  private constructor(
    certificates: CertificateStore,
    tickets: TicketKeys,
    unfollow: () => void,
    stapler: OcspStapler | undefined,
  ) {
    this.certificates = certificates;
    this.#tickets = tickets;
    this.#unfollow = unfollow;
    this.#stapler = stapler;
    stapler?.watch(certificates.chains);
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
    const stapler = config.tls.stapling
      ? new OcspStapler({
          logger,
          changed: (fingerprint256, response) => tell({ type: "staple", fingerprint256, response }),
        })
      : undefined;
    const certificates = new CertificateStore({
      config: config.tls,
      logger,
      onCertificate: (place, certificate) => {
        tell({ type: "certificate", place, certificate });
        stapler?.watch(certificates.chains);
      },
      onAuthorities: (authorities) => tell({ type: "clientAuthorities", authorities }),
    });
    const unfollow = tickets.follow((keys) => tell({ type: "ticketKeys", keys }));
    return new TlsSupply(certificates, tickets, unfollow, stapler);
  }

  /** As it is now, for a worker that begins. */
  get material(): TlsMaterial {
    const { certificates, clientAuthorities } = this.certificates;
    const staples = this.#stapler?.responses ?? new Map();
    return { certificates, clientAuthorities, staples, ticketKeys: this.#tickets.current };
  }

  close(): void {
    this.certificates.close();
    this.#stapler?.close();
    this.#unfollow();
  }
}
