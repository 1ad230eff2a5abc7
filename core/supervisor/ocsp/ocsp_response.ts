import { verify, X509Certificate } from "node:crypto";
import { BasicOCSPResponse, type CertID, OCSPResponse, type SingleResponse } from "@peculiar/asn1-ocsp";
import { AsnConvert } from "@peculiar/asn1-schema";
import { certificateId } from "./ocsp_request.ts";

/** A response that says a certificate is good. */
export interface GoodResponse {
  /** As received, in DER: what is stapled. */
  readonly der: Buffer;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970 until which it may be sent. */
  readonly nextUpdate: number;
}

const BASIC = "1.3.6.1.5.5.7.48.1.1";
const OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
/** Milliseconds that clocks may differ. */
const SKEW = 300_000;

/** Hash of each signature algorithm; null where the algorithm has its own. RFC 8017, RFC 5758, RFC 8410. */
const HASHES: Readonly<Record<string, string | null>> = {
  "1.2.840.113549.1.1.5": "sha1",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null,
};

/**
 * Checks a responder's answer about a certificate as a client would (RFC 6960 section 3.2), for a client that gets a wrong
 * one ends its handshake. Throws an Error that says what is wrong.
 *
 * @param now milliseconds since 1970
 */
export function checkOcspResponse(
  der: Buffer,
  certificate: X509Certificate,
  issuer: X509Certificate,
  now: number,
): GoodResponse {
  const response = AsnConvert.parse(der, OCSPResponse);
  const { responseStatus, responseBytes } = response;
  if (Number(responseStatus) !== 0)
    throw new Error(`the responder answers with status ${Number(responseStatus)}`);
  if (responseBytes?.responseType !== BASIC) throw new Error("the response is of an unknown type");
  const basic = AsnConvert.parse(responseBytes.response, BasicOCSPResponse);
  checkSignature(basic, issuer, now);
  const id = certificateId(certificate, issuer);
  const single = basic.tbsResponseData.responses.find(({ certID }) => isSame(certID, id));
  if (single === undefined) throw new Error("the response is about another certificate");
  const { thisUpdate, nextUpdate } = checkedTimes(single, now);
  if (single.certStatus.revoked !== undefined) throw new Error("the certificate has been revoked");
  if (single.certStatus.good === undefined) throw new Error("the responder does not know the certificate");
  return { der, thisUpdate, nextUpdate };
}

function checkedTimes(single: SingleResponse, now: number): { thisUpdate: number; nextUpdate: number } {
  const thisUpdate = single.thisUpdate.getTime();
  const nextUpdate = single.nextUpdate?.getTime();
  // Without it newer information is always to be had (section 4.2.2.1): nothing to keep.
  if (nextUpdate === undefined) throw new Error("the response does not say how long it holds");
  if (thisUpdate > now + SKEW) throw new Error(`the response holds from ${single.thisUpdate.toISOString()}`);
  if (nextUpdate <= now) throw new Error(`the response held until ${single.nextUpdate?.toISOString()}`);
  return { thisUpdate, nextUpdate };
}

/** Signed by the issuer itself, or by a responder whose certificate the issuer made for that (section 4.2.2.2). */
function checkSignature(basic: BasicOCSPResponse, issuer: X509Certificate, now: number): void {
  const hash = HASHES[basic.signatureAlgorithm.algorithm];
  if (hash === undefined) {
    throw new Error(`the response is signed by an unknown algorithm, ${basic.signatureAlgorithm.algorithm}`);
  }
  const delegates = (basic.certs ?? []).map(
    (made) => new X509Certificate(Buffer.from(AsnConvert.serialize(made))),
  );
  const signers = [issuer, ...delegates.filter((delegate) => mayAnswer(delegate, issuer, now))];
  const signed = Buffer.from(basic.tbsResponseDataRaw ?? AsnConvert.serialize(basic.tbsResponseData));
  const signature = Buffer.from(basic.signature);
  if (signers.some(({ publicKey }) => isSignedBy(hash, signed, publicKey, signature))) return;
  throw new Error("the response is not signed by the certificate's issuer");
}

function isSignedBy(
  hash: string | null,
  signed: Buffer,
  key: X509Certificate["publicKey"],
  signature: Buffer,
): boolean {
  try {
    return verify(hash, signed, key, signature);
  } catch {
    // A key of another kind.
    return false;
  }
}

function mayAnswer(delegate: X509Certificate, issuer: X509Certificate, now: number): boolean {
  return (
    delegate.checkIssued(issuer) &&
    delegate.verify(issuer.publicKey) &&
    (delegate.keyUsage ?? []).includes(OCSP_SIGNING) &&
    Date.parse(delegate.validFrom) <= now + SKEW &&
    Date.parse(delegate.validTo) > now
  );
}

function isSame(one: CertID, other: CertID): boolean {
  return (
    one.hashAlgorithm.algorithm === other.hashAlgorithm.algorithm &&
    Buffer.from(one.issuerNameHash.buffer).equals(Buffer.from(other.issuerNameHash.buffer)) &&
    Buffer.from(one.issuerKeyHash.buffer).equals(Buffer.from(other.issuerKeyHash.buffer)) &&
    Buffer.from(one.serialNumber).equals(Buffer.from(other.serialNumber))
  );
}
