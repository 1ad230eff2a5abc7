import { X509Certificate } from "node:crypto";
import { readPemFile, TlsFileError } from "./pem_file.ts";

/**
 * Reads those who vouch for the certificates of clients. Gives them in PEM.
 *
 * @throws TlsFileError
 */
export function readAuthorities(path: string): string {
  const { certificates } = readPemFile("clientAuthorities", path);
  if (certificates.length === 0) {
    throw new TlsFileError("clientAuthorities", path, "there is no certificate in PEM in it");
  }
  for (const [index, pem] of certificates.entries()) {
    try {
      new X509Certificate(pem);
    } catch (error) {
      const reason = `certificate ${index + 1} of the file cannot be read: ${(error as Error).message}`;
      throw new TlsFileError("clientAuthorities", path, reason, error);
    }
  }
  return `${certificates.join("\n")}\n`;
}
