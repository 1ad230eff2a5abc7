import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createHmac,
  type DecipherGCM,
  hash,
  randomFillSync,
  randomUUID,
} from "node:crypto";
import { isUint8Array } from "node:util/types";
import type { BytesEncoding, CryptoHostCalls, HashName } from "../../runtime/host/crypto_host_calls.ts";
import { hostVerify } from "./host_crypto_verify.ts";
import { ShortHmac } from "./short_hmac.ts";

/** Bytes that one call or operation takes; the guest has the same in `crypto_host_calls.ts`. */
export const CRYPTO_BYTES_LIMIT = 16 * 1024 * 1024;
/** The quota of `crypto.getRandomValues`. */
const RANDOM_LIMIT = 65_536;
/** RFC 3394, section 2.2.3.1. */
const KEY_WRAP_IV = new Uint8Array(8).fill(0xa6);

/** Bytes that AES-KW wraps: its time grows with their square, and keys are short. */
const LONGEST_WRAPPED = 64 * 1024 + 8;

// What is in its memory is of no use behind a call, so one serves all.
const shortHmac = new ShortHmac();

/**
 * The host's side of the guest's cryptography. Arguments come from a script and are checked here, whatever the
 * guest's code does. Nothing throws: the stack of an error of the host would be seen in the isolate. Results are
 * text or an ArrayBuffer of exactly their size: of a Node `Buffer` isolated-vm would copy the whole pool it is part
 * of, with the bytes of others.
 */
export const hostCrypto: CryptoHostCalls = {
  hash(algorithm, data, encoding) {
    if (!isHash(algorithm) || !isEncoding(encoding) || !fits(sizeOf(data))) return undefined;
    // Node's types don't know "latin1" here; it is the same as "binary".
    return hash(algorithm, data, encoding as "hex");
  },

  hmac(algorithm, key, data, encoding) {
    if (!isHash(algorithm) || !isEncoding(encoding) || !fits(sizeOf(key) + sizeOf(data))) return undefined;
    const short = shortHmac.digest(algorithm, key, data, encoding);
    if (short !== undefined) return short;
    return createHmac(algorithm, key)
      .update(data)
      .digest(encoding as "hex");
  },

  verify: hostVerify,

  randomBytes: (count) => random(count)?.buffer,

  randomText(count, encoding) {
    const bytes = random(count);
    if (bytes === undefined || !isEncoding(encoding)) return undefined;
    return Buffer.from(bytes.buffer).toString(encoding);
  },

  randomUUID: () => randomUUID(),

  aes(mode, decrypt, key, iv, data, additional, tagLength) {
    const size = sizeOf(key) + sizeOf(iv) + sizeOf(data) + sizeOf(additional);
    if (![key, iv, data, additional].every(isUint8Array) || !fits(size)) return undefined;
    try {
      if (mode === "gcm") return gcm(Boolean(decrypt), key, iv, data, additional, Number(tagLength));
      if (mode === "cbc") return cbc(Boolean(decrypt), key, iv, data);
    } catch {
      // The key, the length of the vector or the tag is wrong, the padding or the tag doesn't match.
    }
    return undefined;
  },

  aesKeyWrap(unwrap, key, data) {
    if (!isUint8Array(key) || !isUint8Array(data) || data.length > LONGEST_WRAPPED) return undefined;
    const name = `aes${key.length * 8}-wrap`;
    try {
      const cipher = unwrap
        ? createDecipheriv(name, key, KEY_WRAP_IV)
        : createCipheriv(name, key, KEY_WRAP_IV);
      return joined(cipher.update(data), cipher.final());
    } catch {
      return undefined;
    }
  },
};

function gcm(
  decrypt: boolean,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
  additional: Uint8Array,
  tagLength: number,
): ArrayBuffer {
  const name = `aes-${key.length * 8}-gcm`;
  const options = { authTagLength: tagLength };
  if (!decrypt) {
    const cipher = createCipheriv(name as "aes-256-gcm", key, iv, options) as CipherGCM;
    cipher.setAAD(additional);
    return joined(cipher.update(data), cipher.final(), cipher.getAuthTag());
  }
  const end = data.length - tagLength;
  if (end < 0) throw new RangeError("the ciphertext is shorter than its tag");
  const decipher = createDecipheriv(name as "aes-256-gcm", key, iv, options) as DecipherGCM;
  decipher.setAAD(additional);
  decipher.setAuthTag(data.subarray(end));
  return joined(decipher.update(data.subarray(0, end)), decipher.final());
}

function cbc(decrypt: boolean, key: Uint8Array, iv: Uint8Array, data: Uint8Array): ArrayBuffer {
  const name = `aes-${key.length * 8}-cbc`;
  const cipher = decrypt ? createDecipheriv(name, key, iv) : createCipheriv(name, key, iv);
  return joined(cipher.update(data), cipher.final());
}

function joined(...parts: Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}

function random(count: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof count !== "number" || !(count >= 0 && count <= RANDOM_LIMIT)) return undefined;
  return randomFillSync(new Uint8Array(count));
}

const HASHES: ReadonlySet<unknown> = new Set<HashName>(["md5", "sha1", "sha256", "sha384", "sha512"]);
const ENCODINGS: ReadonlySet<unknown> = new Set<BytesEncoding>(["hex", "base64", "base64url", "latin1"]);

function isHash(name: unknown): name is HashName {
  return HASHES.has(name);
}

function isEncoding(name: unknown): name is BytesEncoding {
  return ENCODINGS.has(name);
}

/** Bytes; NaN for what is neither. Short text isn't measured: even three bytes a character don't reach the limit. */
function sizeOf(data: unknown): number {
  if (isUint8Array(data)) return data.length;
  if (typeof data !== "string") return Number.NaN;
  return data.length * 3 > CRYPTO_BYTES_LIMIT / 2 ? Buffer.byteLength(data) : data.length;
}

function fits(size: number): boolean {
  return size <= CRYPTO_BYTES_LIMIT;
}
