import type { CertificateConfig, TlsConfig } from "./config.ts";
import type { Section } from "./field.ts";
import { pemFile } from "./file_formats.ts";

/** As it is written; items of lists that had a fault are undefined. */
export interface WrittenTls extends Omit<TlsConfig, "certificates"> {
  readonly certificates: readonly (Partial<CertificateConfig> | undefined)[] | undefined;
}

const HOUR = 3_600_000;

const certificateSection: Section<CertificateConfig> = {
  title: "A certificate",
  doc: "For the names in it, wildcards included. The files are read again when they change.",
  fields: {
    certificate: {
      doc: "File with the certificate, followed by its intermediates, in PEM.",
      type: { kind: "text", format: pemFile },
      required: true,
    },
    key: {
      doc: "File with its private key, in PEM.",
      type: { kind: "text", format: pemFile },
      required: true,
    },
  },
};

export const tlsSection: Section<WrittenTls> = {
  title: "tls",
  doc: "Certificates and rules for the listeners with `tls: true`.",
  fields: {
    certificates: {
      doc:
        "The certificates. Each serves the host names it was made for; the first one also clients that name no host, " +
        "or one that no certificate has.",
      type: { kind: "list", of: { kind: "section", section: certificateSection }, minimum: 1 },
    },
    minimumVersion: {
      doc: "The oldest version of TLS spoken.",
      type: { kind: "choice", values: ["1.2", "1.3"] },
      default: "1.2",
    },
    clientCertificates: {
      doc:
        "Whether clients are asked for certificates: `require` ends the handshake with those that have none of " +
        "`clientAuthorities`, `request` leaves the decision to scripts, which see it in `request.client.tls`.",
      type: { kind: "choice", values: ["none", "request", "require"] },
      default: "none",
    },
    clientAuthorities: {
      doc: "File with the authorities that client certificates must come from, in PEM.",
      type: { kind: "text", format: pemFile },
    },
    stapling: {
      doc: "Whether OCSP responses are fetched and sent along, for certificates that name a responder.",
      type: { kind: "boolean" },
      default: true,
    },
    sessionTimeout: {
      doc: "Time a client may take a session up again without a full handshake.",
      type: { kind: "duration", minimum: 0, maximum: 24 * HOUR },
      default: "1h",
    },
    handshakeTimeout: {
      doc: "Time for the handshake; then the connection is closed.",
      type: { kind: "duration", minimum: 100, maximum: HOUR },
      default: "10s",
    },
  },
};
