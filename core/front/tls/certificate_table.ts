import type { ServedCertificate } from "../../http/tls_material.ts";

/** Which certificate is for which name. Of several for the same name the first one is. */
export class CertificateTable {
  readonly #names = new Map<string, number>();

  constructor(certificates: readonly ServedCertificate[]) {
    for (const [place, { names }] of certificates.entries()) {
      for (const name of names) if (!this.#names.has(name)) this.#names.set(name, place);
    }
  }

  /**
   * The place of the certificate for a host name or an IP address: one for exactly this name, else one with a
   * wildcard in the place of its first label (RFC 9525 section 6.3), else undefined.
   */
  find(serverName: string): number | undefined {
    const name = serverName.toLowerCase();
    const exact = this.#names.get(name);
    if (exact !== undefined) return exact;
    const dot = name.indexOf(".");
    return dot > 0 ? this.#names.get(`*${name.slice(dot)}`) : undefined;
  }
}
