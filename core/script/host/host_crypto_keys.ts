import { KeyObject, webcrypto } from "node:crypto";
import type { JobKey, KeyReply, KeyType } from "../../runtime/host/crypto_jobs.ts";
import type { CryptoJobReader } from "./host_crypto_job.ts";
import { HostOperationError } from "./host_operations.ts";

/** Longest RSA modulus that is worked with, in bits: a signature takes about 30 ms. */
export const MODULUS_LIMIT = 8192;
/** PKCS #8 of the longest RSA key has 4,700 bytes. */
const MATERIAL_LIMIT = 16 * 1024;

const FORMATS: Readonly<Record<KeyType, "raw" | "pkcs8" | "spki">> = {
  secret: "raw",
  private: "pkcs8",
  public: "spki",
};

type Purpose = "sign" | "verify" | "encrypt" | "decrypt" | "deriveBits" | "export" | "peer";

/** The key of a job, or for `peer` its other key, which may be missing. The material is taken from its bytes. */
export function jobKey(job: CryptoJobReader, purpose: "peer"): Promise<webcrypto.CryptoKey | undefined>;
export function jobKey(job: CryptoJobReader, purpose: Purpose): Promise<webcrypto.CryptoKey>;
export async function jobKey(
  job: CryptoJobReader,
  purpose: Purpose,
): Promise<webcrypto.CryptoKey | undefined> {
  const key = purpose === "peer" ? job.peer : job.key;
  if (key === undefined && purpose === "peer") return undefined;
  const format = key === undefined ? undefined : FORMATS[key.type];
  if (key === undefined || format === undefined) {
    throw new HostOperationError("OperationError", "crypto.subtle: the operation has no key");
  }
  const material = job.take();
  checkMaterial(key, material);
  const imported = await webcrypto.subtle.importKey(
    format,
    material,
    key.algorithm as webcrypto.EcKeyImportParams,
    purpose === "export",
    usagesFor(purpose, key),
  );
  checkModulus(imported);
  return imported;
}

/** What a script's isolate keeps of a public or private key. */
export function keyReply(key: webcrypto.CryptoKey): KeyReply {
  checkModulus(key);
  const { name, hash, namedCurve, modulusLength, publicExponent } =
    key.algorithm as webcrypto.RsaHashedKeyAlgorithm & webcrypto.EcKeyAlgorithm;
  const handle = KeyObject.from(key);
  const material =
    key.type === "private"
      ? handle.export({ type: "pkcs8", format: "der" })
      : handle.export({ type: "spki", format: "der" });
  return {
    type: key.type,
    algorithm: {
      name,
      ...(hash === undefined ? {} : { hash: hash.name }),
      ...(namedCurve === undefined ? {} : { namedCurve }),
      ...(modulusLength === undefined ? {} : { modulusLength, publicExponent: [...publicExponent] }),
    },
    usages: key.usages,
    material: material.toString("base64"),
  };
}

/** A private or secret key cannot be imported without a usage; for an export any will do. */
function usagesFor(purpose: Purpose, { type, algorithm }: JobKey): webcrypto.KeyUsage[] {
  if (purpose === "peer") return [];
  if (purpose !== "export") return [purpose];
  if (type !== "private") return [];
  if (algorithm.name === "RSA-OAEP") return ["decrypt"];
  return algorithm.name === "ECDH" || algorithm.name === "X25519" ? ["deriveBits"] : ["sign"];
}

function checkMaterial({ type }: JobKey, material: Uint8Array): void {
  if (type !== "secret" && material.length > MATERIAL_LIMIT) {
    throw new HostOperationError("DataError", `a key of ${material.length} bytes; at most ${MATERIAL_LIMIT}`);
  }
}

function checkModulus({ algorithm }: webcrypto.CryptoKey): void {
  const { modulusLength = 0 } = algorithm as Partial<webcrypto.RsaHashedKeyAlgorithm>;
  if (modulusLength > MODULUS_LIMIT) {
    const message = `an RSA key of ${modulusLength} bits; at most ${MODULUS_LIMIT}`;
    throw new HostOperationError("NotSupportedError", message);
  }
}
