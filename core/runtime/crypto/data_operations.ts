import type { HashName, SignatureScheme } from "../host/crypto_host_calls.ts";
import { Bytes, charCodeAt } from "../language/primordials.ts";
import { cryptoError } from "./crypto_error.ts";
import type { KeyState } from "./crypto_key.ts";
import type { CryptoServices } from "./crypto_services.ts";
import { runOnHost } from "./host_job.ts";
import type { Parameters } from "./parameters.ts";

type Data = Uint8Array<ArrayBuffer>;

/** Bytes up to which symmetric operations are done at once: about 0.1 ms. An operation of the host costs as much. */
export const AT_ONCE = 64 * 1024;

const HASHES: Readonly<Record<string, HashName>> = {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

export async function digest(
  services: CryptoServices,
  parameters: Parameters,
  data: Data,
): Promise<ArrayBuffer> {
  if (data.length > AT_ONCE) return bytes(await runOnHost(services, "crypto.digest", parameters, {}, data));
  return bytesOfText(services.host.hash(HASHES[parameters.name]!, data, "latin1")!).buffer;
}

export async function sign(
  services: CryptoServices,
  parameters: Parameters,
  key: KeyState,
  data: Data,
): Promise<ArrayBuffer> {
  const mac = shortMac(services, key, data);
  if (mac !== undefined) return bytesOfText(mac).buffer;
  return bytes(await runOnHost(services, "crypto.sign", parameters, { key }, data));
}

export async function verify(
  services: CryptoServices,
  parameters: Parameters,
  key: KeyState,
  signature: Data,
  data: Data,
): Promise<boolean> {
  const mac = shortMac(services, key, data);
  if (mac === undefined) {
    const result = verifyAtOnce(services, parameters, key, signature, data);
    if (result !== undefined) return result;
    return (await runOnHost(services, "crypto.verify", parameters, { key }, signature, data)) === "1";
  }
  if (mac.length !== signature.length) return false;
  // In constant time, so that no signature can be found byte by byte.
  let difference = 0;
  for (let i = 0; i < signature.length; i++) difference |= charCodeAt(mac, i) ^ signature[i]!;
  return difference === 0;
}

export async function deriveBits(
  services: CryptoServices,
  parameters: Parameters,
  key: KeyState,
  length: number | null,
): Promise<ArrayBuffer> {
  const peer = parameters.public;
  if (
    peer !== undefined &&
    (peer.type !== "public" ||
      peer.algorithm.name !== parameters.name ||
      peer.algorithm.namedCurve !== key.algorithm.namedCurve)
  ) {
    throw cryptoError(
      "InvalidAccessError",
      `${parameters.name}: "public" is not a public key of the same kind`,
    );
  }
  return bytes(await runOnHost(services, "crypto.deriveBits", parameters, { key, length }));
}

/** Undefined when it takes longer, with long keys or data. A signature of a JWT is verified here. */
function verifyAtOnce(
  { host }: CryptoServices,
  { name, hash, saltLength = 0 }: Parameters,
  { algorithm, material }: KeyState,
  signature: Data,
  data: Data,
): boolean | undefined {
  const { modulusLength = 0, namedCurve } = algorithm;
  if (data.length > AT_ONCE || modulusLength > 4096) return undefined;
  if (modulusLength === 0 && namedCurve !== "P-256") return undefined;
  const digestName = HASHES[hash ?? algorithm.hash!]!;
  return host.verify(name as SignatureScheme, digestName, material, signature, data, saltLength);
}

/** Undefined when it is not HMAC, or not short. */
function shortMac(
  { host }: CryptoServices,
  { algorithm, material }: KeyState,
  data: Data,
): string | undefined {
  if (algorithm.name !== "HMAC" || data.length + material.length > AT_ONCE) return undefined;
  return host.hmac(HASHES[algorithm.hash!]!, material, data, "latin1");
}

function bytes(result: string | ArrayBuffer): ArrayBuffer {
  return result as ArrayBuffer;
}

/** Bytes of text that has one character for each. */
export function bytesOfText(text: string): Data {
  const result = new Bytes(text.length);
  for (let i = 0; i < text.length; i++) result[i] = charCodeAt(text, i);
  return result;
}
