import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** Bytes. A thousand authorities take about two megabytes. */
const LONGEST = 4 * 1024 ** 2;

/** A certificate, a key or a list of authorities that cannot be used. The message names the file and the reason. */
export class TlsFileError extends Error {
  override readonly name = "TlsFileError";
  /** Which of the files it is about, as the configuration calls it. */
  readonly field: TlsField;

  constructor(field: TlsField, path: string, reason: string, cause?: unknown) {
    super(`${path}: ${reason}`, { cause });
    this.field = field;
  }
}

export type TlsField = "certificate" | "key" | "clientAuthorities";

/** A file in PEM, taken apart. */
export interface PemFile {
  readonly path: string;
  /** Its blocks of type `CERTIFICATE`, whole. */
  readonly certificates: readonly string[];
  /** Its first block of a private key, whole. */
  readonly key: string | undefined;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/** @throws TlsFileError */
export function readPemFile(field: TlsField, path: string): PemFile {
  const bytes = readBytes(field, path);
  // The tag of a SEQUENCE, with which everything in DER begins, and a length of more than 127 bytes.
  if (bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80) {
    throw new TlsFileError(field, path, "this is DER, not PEM; openssl can convert it");
  }
  const text = bytes.toString("latin1");
  const certificates: string[] = [];
  let key: string | undefined;
  for (const [block, type] of text.matchAll(BLOCK)) {
    if (type === "CERTIFICATE" || type === "TRUSTED CERTIFICATE") certificates.push(block);
    else if (type!.endsWith("PRIVATE KEY")) key ??= block;
  }
  return { path, certificates, key };
}

function readBytes(field: TlsField, path: string): Buffer {
  let fd: number | undefined;
  try {
    // Without it opening a FIFO would wait for a writer, and with it the whole supervisor.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new TlsFileError(field, path, "it is not a regular file");
    if (stats.size > LONGEST) throw new TlsFileError(field, path, `longer than ${LONGEST} bytes`);
    return readFileSync(fd);
  } catch (error) {
    if (error instanceof TlsFileError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EACCES: "permission to read it is denied (EACCES)",
    };
    throw new TlsFileError(field, path, reasons[code ?? ""] ?? `it cannot be read (${code ?? error})`, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
