/** What a worker needs to speak TLS. Plain data, sent to it by the supervisor, which alone reads the files. */
export interface TlsMaterial {
  /** In the order of the configuration; the first one is for clients that name no host, or one that none has. */
  readonly certificates: readonly ServedCertificate[];
  /** Those whom client certificates must come from, in PEM; undefined for none. */
  readonly clientAuthorities: string | undefined;
  /** OCSP responses in DER that may be sent along, by `fingerprint256` of their certificates. */
  readonly staples: ReadonlyMap<string, Uint8Array>;
  /** 48 bytes that seal the session tickets of all workers: who has been at one may come back to another. */
  readonly ticketKeys: Uint8Array;
}

/** A certificate with all that belongs to it. */
export interface ServedCertificate {
  /** Followed by its intermediates, in PEM. */
  readonly certificate: string;
  /** In PEM. */
  readonly key: string;
  /** Host names, wildcards (`*.example.org`) and IP addresses, in lower case. */
  readonly names: readonly string[];
  /** SHA-256 of the certificate: 64 hexadecimal digits, lower case. */
  readonly fingerprint256: string;
}
