import { createHash, type X509Certificate } from "node:crypto";
import { CertID, OCSPRequest, Request, TBSRequest } from "@peculiar/asn1-ocsp";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, Certificate } from "@peculiar/asn1-x509";

/** SHA-1 names the issuer, which needs no collision resistance; responders know little else (RFC 5019 section 2.1.1). */
const SHA1 = "1.3.14.3.2.26";

/** How requests and responses name a certificate (RFC 6960 section 4.1.1). */
export function certificateId(certificate: X509Certificate, issuer: X509Certificate): CertID {
  const issued = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
  const { subjectPublicKeyInfo } = AsnConvert.parse(issuer.raw, Certificate).tbsCertificate;
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: SHA1, parameters: null }),
    issuerNameHash: new OctetString(sha1(AsnConvert.serialize(issued.issuer))),
    issuerKeyHash: new OctetString(sha1(subjectPublicKeyInfo.subjectPublicKey)),
    serialNumber: issued.serialNumber,
  });
}

/** A request in DER about one certificate, without a nonce, so that responders may answer from their cache. */
export function ocspRequest(certificate: X509Certificate, issuer: X509Certificate): Uint8Array {
  const request = new Request({ reqCert: certificateId(certificate, issuer) });
  return new Uint8Array(
    AsnConvert.serialize(new OCSPRequest({ tbsRequest: new TBSRequest({ requestList: [request] }) })),
  );
}

function sha1(bytes: ArrayBuffer): Uint8Array {
  return createHash("sha1").update(new Uint8Array(bytes)).digest();
}
