import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryFolder } from "../../support/temporary_folder.ts";

/** A certificate that vouches for itself, with its key; both in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Has `openssl` make a certificate for one host name, valid for two days. */
export function makeCertificate(host: string): Certificate {
  using folder = new TemporaryFolder("certificate");
  const key = join(folder.path, "key.pem");
  const cert = join(folder.path, "cert.pem");
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
  execFileSync("openssl", ["req", "-x509", "-days", "2", ...curve, ...names, "-keyout", key, "-out", cert], {
    stdio: "pipe",
  });
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}
