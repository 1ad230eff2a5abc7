import type { TestCertificate } from "../../support/certificates.ts";
import { type Lodestone, type LodestoneOptions, startLodestone } from "../../support/lodestone.ts";

export interface HttpsOptions extends Partial<LodestoneOptions> {
  /** Served in this order, from the files `NAME.pem` and `NAME.key`. */
  readonly certificates: Readonly<Record<string, TestCertificate>>;
  /** The YAML of the list of certificates, instead. */
  readonly list?: string;
  /** More lines of the section `tls`, in YAML. */
  readonly tls?: string;
  /** Source of the only script. */
  readonly script?: string;
  readonly workers?: number;
  /** Access log or not: what a test looks for in the log is easier to find without. */
  readonly access?: boolean;
}

/** Starts Lodestone with one address of https, at `url("/")`. */
export async function startHttps(options: HttpsOptions): Promise<Lodestone> {
  const {
    certificates,
    tls = "",
    script = 'export default () => new Response("ok");',
    workers = 2,
  } = options;
  const names = Object.keys(certificates);
  return await startLodestone({
    listen: '[{ address: "127.0.0.1:0", tls: true }]',
    ...options,
    config: `
workers: ${workers}
log: { level: debug, access: ${options.access ?? false} }
tls:
  certificates:
    ${options.list ?? `[${names.map((name) => `{ certificate: ${name}.pem, key: ${name}.key }`)}]`}
${tls.replace(/^/gm, "  ")}
sites: [{ hosts: ["*"], scripts: [site.ts], root: . }]
${options.config ?? ""}`,
    scripts: { "site.ts": script },
    files: { ...pemFiles(certificates), ...options.files },
  });
}

/** The files of certificates, by name. */
export function pemFiles(certificates: Readonly<Record<string, TestCertificate>>): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [name, { certificate, key }] of Object.entries(certificates)) {
    files[`${name}.pem`] = certificate;
    files[`${name}.key`] = key;
  }
  return files;
}
