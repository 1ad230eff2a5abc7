import type { Config } from "../../config/config.ts";
import { readAuthorities } from "./authorities_file.ts";
import { readCertificate } from "./certificate_file.ts";
import { TlsFileError } from "./pem_file.ts";

/** Reports certificates, keys and authorities that cannot be used, at their places in the configuration. */
export function checkTlsFiles({ tls }: Config, report: (path: string, message: string) => void): void {
  const attempt = (place: string, read: () => unknown): void => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof TlsFileError)) throw error;
      report(`${place}.${error.field}`, error.message);
    }
  };
  for (const [index, certificate] of tls.certificates.entries()) {
    attempt(`tls.certificates.${index}`, () => readCertificate(certificate));
  }
  const { clientAuthorities } = tls;
  if (clientAuthorities !== undefined) attempt("tls", () => readAuthorities(clientAuthorities));
}
