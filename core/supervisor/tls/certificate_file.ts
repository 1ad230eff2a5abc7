import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { CertificateConfig } from "../../config/config.ts";
import { subjectNames } from "../../http/subject_names.ts";
import type { ServedCertificate } from "../../http/tls_material.ts";
import { type PemFile, readPemFile, TlsFileError } from "./pem_file.ts";

/** A certificate as it was read. */
export interface CertificateFile extends ServedCertificate {
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Reads a certificate and its key and makes sure that clients can be served with them; how long it is valid is for the
 * caller to judge.
 *
 * @throws TlsFileError
 */
export function readCertificate(config: CertificateConfig): CertificateFile {
  const file = readPemFile("certificate", config.certificate);
  const [x509] = parseChain(file);
  const key = readKey(config.key);
  checkFit(file, x509!, key.object, config);
  checkUsable(file, key.text);
  return {
    certificate: `${file.certificates.join("\n")}\n`,
    key: key.text,
    names: namesOf(x509!),
    fingerprint256: x509!.fingerprint256.replaceAll(":", "").toLowerCase(),
    notBefore: x509!.validFromDate.getTime(),
    notAfter: x509!.validToDate.getTime(),
  };
}

/** The certificates of a file, at least one. */
function parseChain(file: PemFile): X509Certificate[] {
  const { path, certificates, key } = file;
  if (certificates.length === 0) {
    const found = key === undefined ? "" : ", but a private key: are certificate and key interchanged?";
    throw new TlsFileError("certificate", path, `there is no certificate in PEM in it${found}`);
  }
  return certificates.map((pem, index) => {
    try {
      return new X509Certificate(pem);
    } catch (error) {
      const which = certificates.length === 1 ? "the certificate" : `certificate ${index + 1} of the file`;
      throw new TlsFileError("certificate", path, `${which} cannot be read: ${reasonOf(error)}`, error);
    }
  });
}

function readKey(path: string): { object: KeyObject; text: string } {
  const { key } = readPemFile("key", path);
  if (key === undefined) throw new TlsFileError("key", path, "there is no private key in PEM in it");
  if (/ENCRYPTED/.test(key)) {
    const remedy = "nobody is there to type it; `openssl pkey -in FILE -out FILE` takes it off";
    throw new TlsFileError("key", path, `the key is protected by a passphrase: ${remedy}`);
  }
  try {
    return { object: createPrivateKey(key), text: `${key}\n` };
  } catch (error) {
    throw new TlsFileError("key", path, `the key cannot be read: ${reasonOf(error)}`, error);
  }
}

function checkFit(file: PemFile, x509: X509Certificate, key: KeyObject, config: CertificateConfig): void {
  if (x509.checkPrivateKey(key)) return;
  const own = file.certificates.findIndex((pem) => new X509Certificate(pem).checkPrivateKey(key));
  if (own > 0) {
    const rule = `certificate ${own + 1} of the file must be the first one, for the key is its`;
    throw new TlsFileError("certificate", file.path, rule);
  }
  throw new TlsFileError("key", config.key, `this is not the key of the certificate in ${file.path}`);
}

/** What OpenSSL refuses to serve with, such as a key that is too short. */
function checkUsable(file: PemFile, key: string): void {
  try {
    const { createSecureContext } = process.getBuiltinModule("node:tls");
    createSecureContext({ cert: file.certificates.join("\n"), key, ca: [] });
  } catch (error) {
    throw new TlsFileError("certificate", file.path, `TLS cannot use it: ${reasonOf(error)}`, error);
  }
}

/** RFC 9525 section 6.3: the subject's common name counts for nothing, but as a last resort of old certificates. */
function namesOf(x509: X509Certificate): string[] {
  const names = subjectNames(x509.subjectAltName).filter(({ kind }) => kind === "dns" || kind === "ip");
  if (names.length > 0) return names.map(({ value }) => value.toLowerCase());
  const common = x509.subjectAltName === undefined ? x509.toLegacyObject().subject?.CN : undefined;
  // Several of them come as a list.
  const [name] = [common ?? []].flat() as string[];
  return name === undefined ? [] : [name.toLowerCase()];
}

/** OpenSSL's own words, without the number of the line in its source. */
function reasonOf(error: unknown): string {
  const { message } = error as Error;
  return /^error:[0-9A-F]+:[^:]*:[^:]*:(.+)$/.exec(message)?.[1] ?? message;
}
