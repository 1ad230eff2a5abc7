import type { KeyFormat, KeyReply } from "../host/crypto_jobs.ts";
import { Bytes, charCodeAt, jsonParse, setBytes } from "../language/primordials.ts";
import { atob } from "../text/base64.ts";
import { cryptoError } from "./crypto_error.ts";
import type { KeyState } from "./crypto_key.ts";
import type { CryptoServices } from "./crypto_services.ts";
import { runOnHost } from "./host_job.ts";
import type { JsonWebKey } from "./json_web_key.ts";
import type { KeyToImport } from "./key_to_import.ts";
import { type KeyUsage, usageNames, usageSet } from "./key_usages.ts";
import type { Parameters } from "./parameters.ts";

/** Public and private keys, for RSA, ECDSA, ECDH, Ed25519 and X25519; the host reads, makes and writes them. */
export async function generatePair(
  services: CryptoServices,
  parameters: Parameters,
  extractable: boolean,
  usages: number,
): Promise<{ privateKey: KeyState; publicKey: KeyState }> {
  const job = { usages: usageNames(usages) };
  const reply = await runOnHost(services, "crypto.generateKey", parameters, job);
  const { privateKey, publicKey } = jsonParse(reply as string) as Record<string, KeyReply>;
  return { privateKey: stateOf(privateKey!, extractable), publicKey: stateOf(publicKey!, true) };
}

export async function importPairKey(
  services: CryptoServices,
  { format, data, parameters, extractable, usages }: KeyToImport,
): Promise<KeyState> {
  const job = { format, usages: usageNames(usages) };
  const reply = await (format === "jwk"
    ? runOnHost(services, "crypto.importKey", parameters, {
        ...job,
        jwk: withoutExt(data as JsonWebKey, extractable),
      })
    : runOnHost(services, "crypto.importKey", parameters, job, data as Uint8Array<ArrayBuffer>));
  return stateOf(jsonParse(reply as string) as KeyReply, extractable);
}

export async function exportPairKey(
  services: CryptoServices,
  format: KeyFormat,
  key: KeyState,
): Promise<ArrayBuffer | object> {
  const { type, algorithm, material } = key;
  if (format === "jwk") {
    const reply = await runOnHost(services, "crypto.exportKey", { name: algorithm.name }, { key, format });
    const jwk = jsonParse(reply as string) as Record<string, unknown>;
    jwk.key_ops = usageNames(key.usages);
    jwk.ext = key.extractable;
    return jwk;
  }
  if (format === "raw" && algorithm.modulusLength !== undefined) {
    throw cryptoError("NotSupportedError", "RSA keys have no format raw");
  }
  if (type !== (format === "pkcs8" ? "private" : "public")) {
    throw cryptoError("InvalidAccessError", `a ${type} key has no format ${format}`);
  }
  if (format === "raw") {
    return (await runOnHost(
      services,
      "crypto.exportKey",
      { name: algorithm.name },
      { key, format },
    )) as ArrayBuffer;
  }
  const copy = new Bytes(material.length);
  setBytes(copy, material);
  return copy.buffer;
}

function stateOf({ type, algorithm, usages, material }: KeyReply, extractable: boolean): KeyState {
  return {
    type,
    extractable,
    algorithm,
    usages: usageSet(...(usages as KeyUsage[])),
    material: decoded(material),
  };
}

function decoded(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Bytes(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = charCodeAt(text, i);
  return bytes;
}

/** Throws a DataError when the JWK says that it must not be made extractable. */
function withoutExt(jwk: JsonWebKey, extractable: boolean): JsonWebKey {
  if (jwk.ext === false && extractable) {
    throw cryptoError("DataError", 'the "ext" of the JWK is false, so it cannot be made extractable');
  }
  delete jwk.ext;
  return jwk;
}
