import type { CryptoParameters, JobKey } from "../../runtime/host/crypto_jobs.ts";
import { CRYPTO_BYTES_LIMIT } from "./host_crypto.ts";
import { HostOperationError } from "./host_operations.ts";

/** A JWK of the longest RSA key has 7,000. */
const JSON_LIMIT = 64 * 1024;

/**
 * What a script sent as a `CryptoJob` with its bytes. Says only that the job has this shape: whether the values
 * make sense is judged by Node's `subtle`, which converts and checks them as the specification prescribes.
 */
export class CryptoJobReader {
  readonly algorithm: CryptoParameters & Readonly<Record<string, unknown>>;
  readonly key: JobKey | undefined;
  readonly peer: JobKey | undefined;
  readonly length: number | null;
  readonly format: string;
  readonly usages: readonly string[];
  readonly jwk: object;
  readonly #bytes: readonly Uint8Array[];
  #taken = 0;

  /** Throws a `HostOperationError`. */
  constructor(json: string, bytes: readonly Uint8Array[]) {
    const size = bytes.reduce((sum, { length }) => sum + length, 0);
    if (size > CRYPTO_BYTES_LIMIT || json.length > JSON_LIMIT) {
      const message = `crypto.subtle: ${size} bytes are too many for one operation (${CRYPTO_BYTES_LIMIT})`;
      throw new HostOperationError("OperationError", message);
    }
    this.#bytes = bytes;
    const job = parsed(json);
    const algorithm = { ...record(job.algorithm) };
    for (const name of list(job.bytes)) algorithm[name] = this.take();
    this.algorithm = algorithm as CryptoParameters & Record<string, unknown>;
    this.key = job.key === undefined ? undefined : keyOf(job.key);
    this.peer = job.peer === undefined ? undefined : keyOf(job.peer);
    this.length = typeof job.length === "number" ? job.length : null;
    this.format = String(job.format);
    this.usages = list(job.usages ?? []);
    this.jwk = record(job.jwk ?? {});
  }

  /** The next of the bytes. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes[this.#taken++];
    if (bytes === undefined) throw malformed();
    return bytes as Uint8Array<ArrayBuffer>;
  }
}

function parsed(json: string): Record<string, unknown> {
  try {
    return record(JSON.parse(json));
  } catch {
    throw malformed();
  }
}

function keyOf(value: unknown): JobKey {
  const { type, algorithm } = record(value);
  return { type, algorithm: record(algorithm) } as unknown as JobKey;
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw malformed();
  return value as Record<string, unknown>;
}

function list(value: unknown): string[] {
  if (!Array.isArray(value)) throw malformed();
  return value.map(String);
}

function malformed(): HostOperationError {
  return new HostOperationError("OperationError", "crypto.subtle: the operation is not as it must be");
}
