/** What a client's TLS connection is like. Plain data: it crosses to the scripts as JSON. */
export interface ClientTls {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly version: string;
  /** Name of the cipher suite as IANA lists it. */
  readonly cipher: string;
  /** The host name the client asked for in its handshake, in lower case. */
  readonly serverName?: string;
  /** The protocol agreed on by ALPN: `h2` or `http/1.1`. */
  readonly alpn?: string;
  /** Whether an earlier session was taken up again. */
  readonly resumed: boolean;
  /** What the client has shown, whoever it is from: `verified` tells whether it is to be believed. */
  readonly certificate?: ClientCertificate;
}

/** The certificate a client has proved to be its own. */
export interface ClientCertificate {
  /** Distinguished names as in RFC 4514: `CN=alice,O=Example`. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, upper case. */
  readonly serialNumber: string;
  /** SHA-256 of the certificate: 64 hexadecimal digits, lower case. */
  readonly fingerprint256: string;
  /** Host names, IP addresses, mail addresses and URIs of its subject alternative names; the first 100. */
  readonly names: readonly string[];
  /** RFC 3339, in UTC. */
  readonly validFrom: string;
  readonly validTo: string;
  /** Whether it comes from one of `tls.clientAuthorities`, and was valid when the session began. */
  readonly verified: boolean;
  /** Why it is not verified, such as `CERT_HAS_EXPIRED`. */
  readonly reason?: string;
}
