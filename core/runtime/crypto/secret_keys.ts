import type { KeyFormat } from "../host/crypto_jobs.ts";
import { Bytes, setBytes } from "../language/primordials.ts";
import { cryptoError } from "./crypto_error.ts";
import type { KeyAlgorithm, KeyState } from "./crypto_key.ts";
import type { CryptoServices } from "./crypto_services.ts";
import type { JsonWebKey } from "./json_web_key.ts";
import { checkNotUseless, checkUsages } from "./key_rules.ts";
import type { KeyToImport } from "./key_to_import.ts";
import { usageSet } from "./key_usages.ts";
import type { Parameters } from "./parameters.ts";
import { exportSecretJwk, secretOfJwk } from "./secret_jwk.ts";

const SIGNING = usageSet("sign", "verify");
const CIPHERING = usageSet("encrypt", "decrypt", "wrapKey", "unwrapKey");
const WRAPPING = usageSet("wrapKey", "unwrapKey");
const DERIVING = usageSet("deriveKey", "deriveBits");

/** Keys that are plain bytes, made here: for HMAC, AES, HKDF and PBKDF2. */
export function isSecret(name: string): boolean {
  return allowedUsages(name) !== 0;
}

export function isDerivation(name: string): boolean {
  return name === "HKDF" || name === "PBKDF2";
}

export function generateSecret(
  { host }: CryptoServices,
  parameters: Parameters,
  extractable: boolean,
  usages: number,
): KeyState {
  const { name } = parameters;
  checkUsages(usages, allowedUsages(name), name);
  const length = keyLength(parameters);
  if (length === 0) throw cryptoError("OperationError", "a HMAC key of no bits");
  checkNotUseless("secret", usages);
  const random = host.randomBytes(Math.ceil(length! / 8));
  if (random === undefined) throw cryptoError("OperationError", `a key of ${length} bits is too long`);
  const material = new Bytes(random);
  clearUnusedBits(material, length!);
  return { type: "secret", extractable, usages, algorithm: secretAlgorithm(parameters, length!), material };
}

export function importSecret(services: CryptoServices, given: KeyToImport): KeyState {
  const { format, data, parameters, extractable, usages } = given;
  const { name } = parameters;
  const isRaw = format === "raw";
  if (!isRaw && (format !== "jwk" || isDerivation(name))) throw unsupported(name, format);
  checkUsages(usages, allowedUsages(name), name);
  if (extractable && isDerivation(name)) {
    throw cryptoError("SyntaxError", `a key for ${name} can't be extractable`);
  }
  const material = isRaw
    ? (data as Uint8Array<ArrayBuffer>)
    : secretOfJwk(services, data as JsonWebKey, given);
  const length = importedLength(parameters, material.length * 8);
  clearUnusedBits(material, length);
  return { type: "secret", extractable, usages, algorithm: secretAlgorithm(parameters, length), material };
}

export function exportSecret(
  services: CryptoServices,
  format: KeyFormat,
  key: KeyState,
): ArrayBuffer | object {
  if (format === "jwk") return exportSecretJwk(services, key);
  if (format !== "raw") throw unsupported(key.algorithm.name, format);
  const copy = new Bytes(key.material.length);
  setBytes(copy, key.material);
  return copy.buffer;
}

/** "Get key length": bits; null for keys of any length. */
export function keyLength({ name, length, hash }: Parameters): number | null {
  if (isDerivation(name)) return null;
  if (name === "HMAC") return length ?? (hash === "SHA-384" || hash === "SHA-512" ? 1024 : 512);
  if (length !== 128 && length !== 192 && length !== 256) {
    throw cryptoError("OperationError", `${name} keys have 128, 192 or 256 bits, not ${length}`);
  }
  return length;
}

function importedLength({ name, length }: Parameters, bits: number): number {
  if (isDerivation(name)) return bits;
  if (name === "HMAC") {
    const wanted = length ?? bits;
    if (bits === 0 || wanted > bits || wanted <= bits - 8) {
      throw cryptoError("DataError", `${bits} bits cannot be a HMAC key of ${length ?? "any"} bits`);
    }
    return wanted;
  }
  if (bits === 128 || bits === 192 || bits === 256) return bits;
  throw cryptoError("DataError", `${name} keys have 128, 192 or 256 bits, not ${bits}`);
}

function secretAlgorithm({ name, hash }: Parameters, length: number): KeyAlgorithm {
  if (isDerivation(name)) return { name };
  return hash === undefined ? { name, length } : { name, hash, length };
}

function allowedUsages(name: string): number {
  switch (name) {
    case "HMAC":
      return SIGNING;
    case "AES-GCM":
    case "AES-CBC":
    case "AES-CTR":
      return CIPHERING;
    case "AES-KW":
      return WRAPPING;
    case "HKDF":
    case "PBKDF2":
      return DERIVING;
  }
  return 0;
}

/** Of a key whose bits don't fill its last byte. */
function clearUnusedBits(material: Uint8Array, length: number): void {
  const unused = material.length * 8 - length;
  if (unused > 0) material[material.length - 1]! &= 0xff << unused;
}

function unsupported(name: string, format: string) {
  return cryptoError("NotSupportedError", `${name} keys have no format ${format}`);
}
