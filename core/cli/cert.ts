import { mkdirSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, relative } from "node:path";
import { EXIT_FAULT, EXIT_FINE, UsageError } from "./exit_code.ts";

export interface CertOptions {
  /** Folder of the two files. */
  readonly out?: string;
  readonly days?: string;
  /** Replace files that are there. */
  readonly force?: boolean;
}

/** Names of this machine, for a certificate that says nothing else. */
const LOCAL_NAMES = ["localhost", "127.0.0.1", "::1"];
/** Browsers refuse certificates that last longer. */
const LONGEST = 397;
const DEFAULT_DAYS = 365;
const HOST =
  /^(?=.{1,253}$)(\*\.)?[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** `lodestone cert`: makes a certificate for development. Resolves with the exit code. Throws UsageError. */
export async function cert(names: readonly string[], options: CertOptions): Promise<number> {
  const wanted = names.length === 0 ? LOCAL_NAMES : names.map(checkedName);
  const days = checkedDays(options.days);
  const { developmentCertificate } = await import("./development_certificate.ts");
  const made = await developmentCertificate(wanted, days);
  const folder = options.out ?? ".";
  const files = { certificate: join(folder, "certificate.pem"), key: join(folder, "key.pem") };
  const flag = options.force === true ? "w" : "wx";
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(files.key, made.key, { flag, mode: 0o600 });
    writeFileSync(files.certificate, made.certificate, { flag });
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const hint = code === "EEXIST" ? "it is there already; --force replaces it" : code;
    process.stderr.write(`lodestone: cannot write ${path ?? folder}: ${hint}\n`);
    return EXIT_FAULT;
  }
  process.stdout.write(outcome(wanted, days, files));
  return EXIT_FINE;
}

function checkedName(name: string): string {
  const lower = name.toLowerCase();
  if (isIP(name) !== 0 || HOST.test(lower)) return lower;
  throw new UsageError(
    `"${name}" is neither a host name, such as www.example.test or *.example.test, nor an IP address`,
  );
}

function checkedDays(text: string | undefined): number {
  const days = text === undefined ? DEFAULT_DAYS : Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= LONGEST) return days;
  throw new UsageError(`--days must be a whole number from 1 to ${LONGEST}, got "${text}"`);
}

function outcome(
  names: readonly string[],
  days: number,
  files: { certificate: string; key: string },
): string {
  const [certificate, key] = [files.certificate, files.key].map((file) => {
    const path = relative(".", file);
    return path.startsWith("..") ? file : `./${path}`;
  });
  const host = names.find((name) => !name.startsWith("*.")) ?? names[0]!.replace("*", "www");
  const authority = isIP(host) === 6 ? `[${host}]` : host;
  const isHere = host === "localhost" || host === "127.0.0.1";
  const connect = isHere ? "" : `--connect-to ${authority}:8443:127.0.0.1:8443 `;
  return `A certificate for ${names.join(", ")}, valid for ${days} days:

  ${certificate}
  ${key}   its private key: keep it to yourself

In lodestone.yaml:

listen:
  - { address: 127.0.0.1:8443, tls: true }
tls:
  certificates:
    - { certificate: ${certificate}, key: ${key} }

No client knows it yet: curl --cacert ${certificate} ${connect}https://${authority}:8443/
It is for development: nobody has vouched for it.
`;
}
