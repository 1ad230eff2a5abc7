import { constants, createHash } from "node:crypto";
import type { SecureContext, SecureContextOptions, Server } from "node:tls";
import { LRUCache } from "lru-cache";
import type { TlsConfig } from "../../config/config.ts";
import type { ServedCertificate, TlsMaterial } from "../../http/tls_material.ts";
import { CertificateTable } from "./certificate_table.ts";

/** Secure contexts kept at once, of about 30 KB each. Making one takes a quarter of a millisecond. */
const CONTEXTS = 500;

/** Forward secret and authenticated, the only ones that HTTP/2 takes as well (RFC 9113 appendix A). */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/** What the TLS of a worker's listeners is made of. It may be replaced while they serve; connections stay what they are. */
export class TlsContexts {
  readonly config: TlsConfig;
  #material: TlsMaterial;
  #table: CertificateTable;
  /** By the place of their certificates. */
  readonly #contexts = new LRUCache<number, SecureContext>({ max: CONTEXTS });
  readonly #servers = new Set<Server>();
  readonly #staples: Map<string, Uint8Array>;

  constructor(config: TlsConfig, material: TlsMaterial) {
    this.#staples = new Map(material.staples);
    this.config = config;
    this.#material = material;
    this.#table = new CertificateTable(material.certificates);
  }

  /** What a server begins with; `attach` keeps it up to date. */
  get options(): SecureContextOptions {
    return this.#options(this.#material.certificates[0]);
  }

  /** The server gets what changes from now on. */
  attach(server: Server): void {
    this.#servers.add(server);
  }

  detach(server: Server): void {
    this.#servers.delete(server);
  }

  /** The context for a name that a client asks for; undefined when that is the server's own. */
  contextFor(serverName: string): SecureContext | undefined {
    const place = this.#table.find(serverName) ?? 0;
    if (place === 0) return undefined;
    let context = this.#contexts.get(place);
    if (context === undefined) {
      const { createSecureContext } = process.getBuiltinModule("node:tls");
      context = createSecureContext(this.#options(this.#material.certificates[place]));
      this.#contexts.set(place, context);
    }
    return context;
  }

  /** The OCSP response that may be sent along with a certificate, given in DER. */
  stapleFor(certificate: Uint8Array): Buffer | null {
    if (this.#staples.size === 0) return null;
    const staple = this.#staples.get(createHash("sha256").update(certificate).digest("hex"));
    return staple === undefined ? null : Buffer.from(staple);
  }

  replaceStaple(fingerprint256: string, response: Uint8Array | undefined): void {
    if (response === undefined) this.#staples.delete(fingerprint256);
    else this.#staples.set(fingerprint256, response);
  }

  /** A certificate has been renewed. */
  replaceCertificate(place: number, certificate: ServedCertificate): void {
    const certificates = this.#material.certificates.with(place, certificate);
    this.#material = { ...this.#material, certificates };
    this.#table = new CertificateTable(certificates);
    this.#contexts.delete(place);
    if (place === 0) this.#update();
  }

  replaceAuthorities(clientAuthorities: string): void {
    this.#material = { ...this.#material, clientAuthorities };
    this.#contexts.clear();
    this.#update();
  }

  /** Sessions begun with the keys so far are not taken up again: their clients make a whole handshake. */
  replaceTicketKeys(ticketKeys: Uint8Array): void {
    this.#material = { ...this.#material, ticketKeys };
    // Tickets belong to a connection's first context, which is the server's.
    this.#update();
  }

  #update(): void {
    for (const server of this.#servers) server.setSecureContext(this.options);
  }

  #options(certificate: ServedCertificate | undefined): SecureContextOptions {
    const { minimumVersion, sessionTimeout } = this.config;
    const { clientAuthorities, ticketKeys } = this.#material;
    return {
      cert: certificate?.certificate,
      key: certificate?.key,
      // An empty list, for Node would trust the authorities of the Web, which vouch for hosts.
      ca: clientAuthorities === undefined ? [] : pemBlocks(clientAuthorities),
      minVersion: minimumVersion === "1.3" ? "TLSv1.3" : "TLSv1.2",
      ciphers: CIPHERS,
      honorCipherOrder: true,
      secureOptions:
        constants.SSL_OP_NO_RENEGOTIATION |
        constants.SSL_OP_PRIORITIZE_CHACHA |
        (sessionTimeout === 0 ? constants.SSL_OP_NO_TICKET : 0),
      sessionIdContext: this.#sessionIdContext(),
      sessionTimeout: Math.ceil(sessionTimeout / 1000),
      ticketKeys: Buffer.from(ticketKeys),
    };
  }

  /** Sessions are only taken up where clients have to show the same certificates as where they began. */
  #sessionIdContext(): string {
    const { clientCertificates } = this.config;
    const { clientAuthorities = "" } = this.#material;
    return createHash("sha256")
      .update(`${clientCertificates}\n${clientAuthorities}`)
      .digest("hex")
      .slice(0, 32);
  }
}

function pemBlocks(text: string): string[] {
  return text.match(/-----BEGIN [A-Z0-9 ]+-----[^-]+-----END [A-Z0-9 ]+-----/g) ?? [];
}
