import { cryptoError } from "./crypto_error.ts";
import type { KeyState } from "./crypto_key.ts";
import type { CryptoServices } from "./crypto_services.ts";
import type { JsonWebKey } from "./json_web_key.ts";
import type { KeyToImport } from "./key_to_import.ts";
import { type KeyUsage, usageNames, usageSet } from "./key_usages.ts";

/** The bytes of a JWK of kind "oct" (RFC 7518, section 6.4). Throws a DataError when it is not one for this. */
export function secretOfJwk(
  { fromBase64Url }: CryptoServices,
  jwk: JsonWebKey,
  { parameters, extractable, usages }: KeyToImport,
): Uint8Array<ArrayBuffer> {
  if (jwk.kty !== "oct") throw wrong('its "kty" must be "oct"');
  const material = decoded(fromBase64Url, jwk.k);
  if (jwk.alg !== undefined && jwk.alg !== algorithmName(parameters.name, parameters.hash, material.length)) {
    throw wrong(`its "alg" is for something else than ${parameters.name}`);
  }
  const use = parameters.name === "HMAC" ? "sig" : "enc";
  if (usages !== 0 && jwk.use !== undefined && jwk.use !== use) throw wrong(`its "use" must be "${use}"`);
  checkOperations(jwk.key_ops, usages);
  if (jwk.ext === false && extractable) throw wrong('"ext" is false, so it cannot be made extractable');
  return material;
}

export function exportSecretJwk({ toBase64Url }: CryptoServices, key: KeyState): object {
  const { name, hash } = key.algorithm;
  return {
    kty: "oct",
    k: toBase64Url(key.material),
    alg: algorithmName(name, hash, key.material.length),
    key_ops: usageNames(key.usages),
    ext: key.extractable,
  };
}

function decoded(decode: CryptoServices["fromBase64Url"], text: string | undefined): Uint8Array<ArrayBuffer> {
  try {
    return decode(text!);
  } catch {
    throw wrong('its "k" must be base64url');
  }
}

/** `alg` of RFC 7518 and of the specification: `HS256`, `A128GCM`. */
function algorithmName(name: string, hash: string | undefined, bytes: number): string {
  if (name === "HMAC") return `HS${hash === "SHA-1" ? "1" : hash!.slice(4)}`;
  return `A${bytes * 8}${name.slice(4)}`;
}

/** RFC 7517, section 4.3: no duplicates; the specification: all that is asked for. */
function checkOperations(operations: readonly string[] | undefined, usages: number): void {
  if (operations === undefined) return;
  let set = 0;
  for (let i = 0; i < operations.length; i++) {
    for (let k = 0; k < i; k++) if (operations[k] === operations[i]) throw wrong('"key_ops" has a duplicate');
    set |= usageSet(operations[i] as KeyUsage);
  }
  if ((usages & ~set) !== 0) throw wrong('"key_ops" does not have all the key usages asked for');
}

function wrong(why: string) {
  return cryptoError("DataError", `the JWK cannot be imported: ${why}`);
}
