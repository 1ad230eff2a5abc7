/** Part of `lodestone.d.ts`. */

/**
 * Hashes, HMAC, random values and encodings, all synchronous. Text stands for its UTF-8. One call takes at most 16 MB;
 * more is a RangeError. `crypto.subtle` has keys, signatures and encryption.
 *
 *     import { hmac, timingSafeEqual } from "lodestone/crypto";
 *
 *     const given = new URLSearchParams(request.query).get("signature") ?? "";
 *     const expected = hmac("sha256", env.SECRET!, request.path, "base64url");
 *     if (!timingSafeEqual(given, expected)) return 403;
 */
declare module "lodestone/crypto" {
  /** Text, meaning its UTF-8, or bytes. */
  export type CryptoData = string | ArrayBuffer | ArrayBufferView;

  export type HashAlgorithm = "md5" | "sha1" | "sha256" | "sha384" | "sha512";

  /** How a digest is written. `hex` is lower case, `base64url` has no padding. */
  export type DigestEncoding = "hex" | "base64" | "base64url";

  /** The digest as text, hexadecimal unless said otherwise, or as bytes. */
  export interface HashFunction {
    (data: CryptoData, encoding?: DigestEncoding): string;
    (data: CryptoData, encoding: "bytes"): Uint8Array<ArrayBuffer>;
  }

  /** Not for anything an attacker may choose: for cache keys, and for links that other software signs this way. */
  export const md5: HashFunction;
  /** As `md5`: not for new signatures. */
  export const sha1: HashFunction;
  export const sha256: HashFunction;
  export const sha384: HashFunction;
  export const sha512: HashFunction;

  /**
   * HMAC (RFC 2104).
   *
   *     hmac("sha256", env.SECRET, `${path}:${expires}`, "base64url")
   */
  export function hmac(
    algorithm: HashAlgorithm,
    key: CryptoData,
    data: CryptoData,
    encoding?: DigestEncoding,
  ): string;
  export function hmac(
    algorithm: HashAlgorithm,
    key: CryptoData,
    data: CryptoData,
    encoding: "bytes",
  ): Uint8Array<ArrayBuffer>;

  /**
   * Whether both are the same. How long it takes doesn't tell where they differ, so that a secret or a signature
   * cannot be found piece by piece. Different lengths are just false.
   */
  export function timingSafeEqual(a: CryptoData, b: CryptoData): boolean;

  /** Unpredictable bytes. @throws RangeError for more than 65,536. */
  export function randomBytes(count: number): Uint8Array<ArrayBuffer>;
  /** So many unpredictable bytes as twice as many hexadecimal digits: `randomHex(16)` for a session's id. */
  export function randomHex(count: number): string;
  /** An unpredictable whole number from 0 to below `end`. */
  export function randomInt(end: number): number;
  /** An unpredictable whole number from `start` to below `end`, which is at most 2 ** 48 above it. */
  export function randomInt(start: number, end: number): number;

  /** Hexadecimal digits, lower case. */
  export function toHex(data: CryptoData): string;
  /** @throws SyntaxError for anything but pairs of hexadecimal digits. */
  export function fromHex(text: string): Uint8Array<ArrayBuffer>;
  /** Base64 with `-` and `_`, without padding (RFC 4648, section 5), as in JSON Web Tokens. */
  export function toBase64Url(data: CryptoData): string;
  /** @throws SyntaxError for what `toBase64Url` would not have written: other characters, padding, white space. */
  export function fromBase64Url(text: string): Uint8Array<ArrayBuffer>;
}
