import type { KeyFormat } from "../host/crypto_jobs.ts";
import { toDOMString } from "../language/web_idl.ts";
import { checkBufferSource, copyBytes, isBufferSource } from "./buffer_source.ts";
import { cryptoError } from "./crypto_error.ts";
import { type CryptoKey, type KeyState, makeKey } from "./crypto_key.ts";
import type { CryptoServices } from "./crypto_services.ts";
import { toJsonWebKey } from "./json_web_key.ts";
import { exportPairKey, generatePair, importPairKey } from "./key_pairs.ts";
import { checkNotUseless } from "./key_rules.ts";
import type { KeyData, KeyToImport } from "./key_to_import.ts";
import type { Parameters } from "./parameters.ts";
import { exportSecret, generateSecret, importSecret, isDerivation, isSecret } from "./secret_keys.ts";

/** `KeyFormat` of the specification. */
export function toKeyFormat(value: unknown): KeyFormat {
  const format = toDOMString(value);
  switch (format) {
    case "raw":
    case "pkcs8":
    case "spki":
    case "jwk":
      return format;
  }
  throw new TypeError(`crypto.subtle: "${format}" is no key format; they are raw, pkcs8, spki and jwk`);
}

/** Checks `(BufferSource or JsonWebKey)`; the function returned copies the bytes. */
export function toKeyData(format: KeyFormat, value: unknown): () => KeyData {
  if (format === "jwk") {
    if (isBufferSource(value)) throw new TypeError("crypto.subtle: a JWK is an object, not bytes");
    const jwk = toJsonWebKey(value);
    return () => jwk;
  }
  checkBufferSource(value, "crypto.subtle: the key");
  return () => copyBytes(value, "crypto.subtle: the key");
}

/** What `generateKey` resolves to. */
export async function generateKey(
  services: CryptoServices,
  parameters: Parameters,
  extractable: boolean,
  usages: number,
): Promise<CryptoKey | { privateKey: CryptoKey; publicKey: CryptoKey }> {
  if (isSecret(parameters.name)) return makeKey(generateSecret(services, parameters, extractable, usages));
  const { privateKey, publicKey } = await generatePair(services, parameters, extractable, usages);
  return { privateKey: makeKey(privateKey), publicKey: makeKey(publicKey) };
}

export async function importKey(services: CryptoServices, given: KeyToImport): Promise<KeyState> {
  const key = isSecret(given.parameters.name)
    ? importSecret(services, given)
    : await importPairKey(services, given);
  checkNotUseless(key.type, key.usages);
  return key;
}

export async function exportKey(
  services: CryptoServices,
  format: KeyFormat,
  key: KeyState,
): Promise<ArrayBuffer | object> {
  const { name } = key.algorithm;
  if (isDerivation(name)) throw cryptoError("NotSupportedError", `keys for ${name} cannot be exported`);
  if (!key.extractable) throw cryptoError("InvalidAccessError", "the key is not extractable");
  return isSecret(name) ? exportSecret(services, format, key) : exportPairKey(services, format, key);
}
