import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { ClientCertificate, ClientTls } from "../../http/client_tls.ts";
import type { Client } from "../../http/incoming.ts";
import { subjectNames } from "../../http/subject_names.ts";

/** Names of a client's certificate that scripts see, and characters of each text in it: anybody may send one. */
const NAMES = 100;
const TEXT = 1000;

/** A client that speaks TLS with us. What its connection is like is looked at when somebody asks, once. */
export function tlsClient(client: Client, socket: TLSSocket): Client {
  let details: ClientTls | undefined;
  let text: string | undefined;
  return {
    ...client,
    tls: true,
    get details() {
      details ??= clientTls(socket);
      return details;
    },
    get detailsText() {
      text ??= asciiJson(this.details);
      return text;
    },
  };
}

function clientTls(socket: TLSSocket): ClientTls {
  const { servername, alpnProtocol } = socket;
  const x509 = socket.getPeerX509Certificate();
  return {
    version: socket.getProtocol() ?? "",
    // Nothing is known any more of a connection that has been closed.
    cipher: (socket.getCipher() as { standardName?: string } | null)?.standardName ?? "",
    ...(servername ? { serverName: servername.toLowerCase() } : {}),
    ...(alpnProtocol ? { alpn: alpnProtocol } : {}),
    resumed: socket.isSessionReused() === true,
    ...(x509 === undefined ? {} : { certificate: clientCertificate(x509, socket) }),
  };
}

function clientCertificate(x509: X509Certificate, socket: TLSSocket): ClientCertificate {
  const { authorized: verified, authorizationError } = socket;
  return {
    subject: distinguishedName(x509.subject),
    issuer: distinguishedName(x509.issuer),
    serialNumber: x509.serialNumber,
    fingerprint256: x509.fingerprint256.replaceAll(":", "").toLowerCase(),
    names: subjectNames(x509.subjectAltName)
      .slice(0, NAMES)
      .map(({ value }) => value.slice(0, TEXT)),
    validFrom: instant(x509.validFromDate),
    validTo: instant(x509.validToDate),
    verified,
    ...(verified ? {} : { reason: String(authorizationError) }),
  };
}

/** Node gives the parts as RFC 4514 writes them, but in the order of the certificate and on a line each. */
function distinguishedName(lines: string | undefined): string {
  return (lines ?? "").split("\n").reverse().join(",").slice(0, TEXT);
}

/** A certificate may have a date that is none. */
function instant(date: Date): string {
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

/** One wide character would widen the whole text of every request's event. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
