/** How bytes come back as text. `latin1` has one character a byte, U+0000 to U+00FF. */
export type BytesEncoding = "hex" | "base64" | "base64url" | "latin1";

export type HashName = "md5" | "sha1" | "sha256" | "sha384" | "sha512";

/** ECDSA signatures are r and s, one after the other. `saltLength` is for RSA-PSS. */
export type SignatureScheme = "ECDSA" | "RSASSA-PKCS1-v1_5" | "RSA-PSS";

/**
 * Bytes that one synchronous call takes, all arguments together: about 30 ms of the slowest hash. Text counts as
 * what it is in UTF-8.
 */
export const CRYPTO_BYTES_LIMIT = 16 * 1024 * 1024;

/**
 * The host's synchronous functions for cryptography. Text is hashed as UTF-8. Views must be of their whole
 * buffer: what crosses is the buffer.
 *
 * Measured through an isolate: text both ways is cheapest (a HMAC of short texts takes 3 us, of which the crossing
 * is 1), bytes cost 0.6 us more for each argument and 1.5 us more for a result.
 */
export interface CryptoHostCalls {
  /** Undefined for arguments of the wrong kind and beyond the limit. */
  hash(algorithm: HashName, data: string | Uint8Array, encoding: BytesEncoding): string | undefined;
  /** Undefined for arguments of the wrong kind and beyond the limit. */
  hmac(
    algorithm: HashName,
    key: string | Uint8Array,
    data: string | Uint8Array,
    encoding: BytesEncoding,
  ): string | undefined;
  /** At most 65,536 bytes. */
  randomBytes(count: number): ArrayBuffer | undefined;
  /** At most 65,536 bytes, in that encoding. */
  randomText(count: number, encoding: BytesEncoding): string | undefined;
  /** A UUID of version 4. */
  randomUUID(): string;
  /**
   * AES with a key of 16, 24 or 32 bytes. The tag of GCM (`tagLength`: its bytes) stands behind the ciphertext;
   * for CBC `additional` and `tagLength` mean nothing. Undefined when it fails: tag or padding wrong.
   */
  aes(
    mode: "gcm" | "cbc",
    decrypt: boolean,
    key: Uint8Array,
    iv: Uint8Array,
    data: Uint8Array,
    additional: Uint8Array,
    tagLength: number,
  ): ArrayBuffer | undefined;
  /**
   * Whether a signature fits, for keys with which that takes less than 0.1 ms: RSA up to 4096 bits, P-256. Undefined
   * when it isn't done here, because the key is too long or no such key.
   */
  verify(
    scheme: SignatureScheme,
    hash: HashName,
    spki: Uint8Array,
    signature: Uint8Array,
    data: Uint8Array,
    saltLength: number,
  ): boolean | undefined;
  /** AES key wrap (RFC 3394). Undefined when it fails: not a multiple of 8 bytes, or the integrity check. */
  aesKeyWrap(unwrap: boolean, key: Uint8Array, data: Uint8Array): ArrayBuffer | undefined;
}
