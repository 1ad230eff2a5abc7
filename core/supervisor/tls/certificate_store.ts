import { X509Certificate } from "node:crypto";
import type { CertificateConfig, TlsConfig } from "../../config/config.ts";
import type { ServedCertificate } from "../../http/tls_material.ts";
import type { Logger } from "../../observe/logger.ts";
import { readAuthorities } from "./authorities_file.ts";
import { type CertificateFile, readCertificate } from "./certificate_file.ts";
import { expiryWarning } from "./expiry.ts";
import { Renewal } from "./renewal.ts";

export interface CertificateStoreOptions {
  readonly config: TlsConfig;
  readonly logger: Logger;
  /** A certificate has been renewed; the workers are to have it. */
  readonly onCertificate: (place: number, certificate: ServedCertificate) => void;
  readonly onAuthorities: (pem: string) => void;
  /** Milliseconds between two looks at the files. */
  readonly poll?: number;
  /** Milliseconds that files may stay unfit before that is an error: they are not replaced all at once. */
  readonly patience?: number;
}

/** What is known of a certificate that is served, for metrics. */
export interface CertificateStatus {
  readonly file: string;
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

const POLL = 500;
const PATIENCE = 3000;
const DAY = 86_400_000;

/**
 * The certificates that are served. Looks at their files; new ones replace the old ones as soon as they are fit to be
 * served, and what is unfit never does.
 */
export class CertificateStore {
  readonly #options: CertificateStoreOptions;
  readonly #certificates: readonly Renewal<CertificateFile>[];
  readonly #authorities: Renewal<string> | undefined;
  readonly #timers: readonly NodeJS.Timeout[];

  /** @throws TlsFileError when one of them is unfit. */
  constructor(options: CertificateStoreOptions) {
    this.#options = options;
    const { config, poll = POLL } = options;
    this.#certificates = config.certificates.map((certificate, place) => this.#watch(certificate, place));
    this.#authorities =
      config.clientAuthorities === undefined ? undefined : this.#watchAuthorities(config.clientAuthorities);
    this.#warn();
    this.#timers = [
      setInterval(() => this.look(), poll).unref(),
      setInterval(() => this.#warn(), DAY).unref(),
    ];
  }

  /** In the order of the configuration. */
  get certificates(): readonly CertificateFile[] {
    return this.#certificates.map(({ current }) => current);
  }

  /** The same, with who made them. */
  get chains(): { certificate: X509Certificate; issuer: X509Certificate | undefined }[] {
    return this.certificates.map(({ certificate }) => {
      const [own, issuer] = certificate
        .split(/(?<=-----END CERTIFICATE-----\n)(?=-----BEGIN)/)
        .map((pem) => new X509Certificate(pem));
      return {
        certificate: own!,
        issuer: issuer !== undefined && own!.checkIssued(issuer) ? issuer : undefined,
      };
    });
  }

  /** Those who vouch for clients, in PEM. */
  get clientAuthorities(): string | undefined {
    return this.#authorities?.current;
  }

  get status(): CertificateStatus[] {
    return this.#certificates.map(({ current: { names, notAfter }, files }) => {
      return { file: files[0]!, names, notAfter };
    });
  }

  /** Looks at the files at once. */
  look(): void {
    for (const renewal of this.#certificates) renewal.look();
    this.#authorities?.look();
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #watch(config: CertificateConfig, place: number): Renewal<CertificateFile> {
    const { logger, onCertificate, patience = PATIENCE } = this.#options;
    const { certificate: file } = config;
    return new Renewal({
      files: [config.certificate, config.key],
      read: () => readCertificate(config),
      patience,
      onRenewed: (certificate, before) => {
        // Not only the certificate itself: its intermediates may have been missing.
        if (certificate.certificate === before.certificate && certificate.key === before.key) return;
        const { names, notAfter } = certificate;
        logger.info({ file, names, notAfter: dateOf(notAfter) }, "certificate renewed");
        this.#warnOf(certificate, file);
        onCertificate(place, certificate);
      },
      onUnfit: (reason) => {
        logger.error({ file, reason }, "new certificate cannot be used, the old one is served");
      },
    });
  }

  #watchAuthorities(file: string): Renewal<string> {
    const { logger, onAuthorities, patience = PATIENCE } = this.#options;
    return new Renewal({
      files: [file],
      read: () => readAuthorities(file),
      patience,
      onRenewed: (pem, before) => {
        if (pem === before) return;
        logger.info({ file }, "client authorities renewed");
        onAuthorities(pem);
      },
      onUnfit: (reason) => {
        logger.error({ file, reason }, "new client authorities cannot be used, the old ones hold");
      },
    });
  }

  #warn(): void {
    for (const { current, files } of this.#certificates) this.#warnOf(current, files[0]!);
  }

  #warnOf(certificate: CertificateFile, file: string): void {
    const warning = expiryWarning(certificate, Date.now());
    const { names, notBefore, notAfter } = certificate;
    const dates = { notBefore: dateOf(notBefore), notAfter: dateOf(notAfter) };
    if (warning !== undefined) this.#options.logger.warn({ file, names, ...dates }, warning);
  }
}

function dateOf(time: number): string {
  return Number.isNaN(time) ? "never" : new Date(time).toISOString();
}
