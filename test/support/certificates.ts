import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { TemporaryFolder } from "./temporary_folder.ts";

const DAY = 86_400_000;
const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const TLS_USAGE = [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth];
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;

export interface CertificateOptions {
  /** Common name; by default the first of `names`. "" for none. */
  readonly name?: string;
  /** Names and IP addresses it is for; none for a certificate without that extension. */
  readonly names?: readonly string[];
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
  readonly key?: "ec" | "rsa";
  readonly isAuthority?: boolean;
  /** What the key of a certificate that is no authority may be used for; by default TLS. */
  readonly usage?: readonly ExtendedKeyUsage[];
  /** What the certificate has besides. */
  readonly extensions?: readonly Extension[];
}

/** A certificate made for a test, and its private key. */
export class TestCertificate {
  readonly x509: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  /** In PEM, followed by those of its authorities but the topmost. */
  readonly certificate: string;
  /** In PEM. */
  readonly key: string;

  private constructor(x509: X509Certificate, keys: webcrypto.CryptoKeyPair, chain: string, key: string) {
    this.x509 = x509;
    this.keys = keys;
    this.certificate = `${x509.toString("pem")}\n${chain}`;
    this.key = `${key}\n`;
  }

  /** A certificate that vouches for itself: an authority, unless the options say otherwise. */
  static async create(options: CertificateOptions = {}): Promise<TestCertificate> {
    return await TestCertificate.#make({ name: "Lodestone test authority", isAuthority: true, ...options });
  }

  /** A certificate that this one vouches for. */
  async issue(options: CertificateOptions): Promise<TestCertificate> {
    return await TestCertificate.#make(options, this);
  }

  /** Writes `name.pem` and `name.key`, as a configuration names them. */
  write(folder: TemporaryFolder, name: string): void {
    folder.write(`${name}.pem`, this.certificate);
    folder.write(`${name}.key`, this.key);
  }

  static async #make(options: CertificateOptions, issuer?: TestCertificate): Promise<TestCertificate> {
    const { names = [], isAuthority = false, from = -1, to = 90 } = options;
    const algorithm = options.key === "rsa" ? RSA : EC;
    const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
      "sign",
      "verify",
    ])) as webcrypto.CryptoKeyPair;
    const name = options.name ?? names[0] ?? "";
    const x509 = await X509CertificateGenerator.create({
      serialNumber: `01${randomBytes(8).toString("hex")}`,
      subject: name === "" ? "" : [{ CN: [name] }],
      issuer: issuer?.x509.subjectName ?? [{ CN: [name] }],
      notBefore: new Date(Date.now() + from * DAY),
      notAfter: new Date(Date.now() + to * DAY),
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      signingAlgorithm: (issuer?.keys ?? keys).privateKey.algorithm.name === RSA.name ? RSA : EC,
      extensions: [
        new BasicConstraintsExtension(isAuthority, undefined, true),
        isAuthority
          ? new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)
          : new ExtendedKeyUsageExtension([...(options.usage ?? TLS_USAGE)]),
        ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names.map(generalName))]),
        ...(options.extensions ?? []),
      ],
    });
    const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    const isTopmost = issuer === undefined || issuer.x509.subject === issuer.x509.issuer;
    const chain = isTopmost ? "" : issuer.certificate;
    return new TestCertificate(x509, keys, chain, PemConverter.encode(pkcs8, "PRIVATE KEY"));
  }
}

function generalName(value: string): { type: "dns" | "ip"; value: string } {
  return { type: isIP(value) === 0 ? "dns" : "ip", value };
}
