import type { CryptoHostCalls, HashName } from "../host/crypto_host_calls.ts";
import { type CryptoData, hostData, tooLong } from "./crypto_data.ts";
import { latin1Bytes } from "./latin1_bytes.ts";

export type DigestEncoding = "hex" | "base64" | "base64url" | "bytes";

/** md5, sha1 and so on, and `hmac`. One call of the host each. */
export function createHashes(host: CryptoHostCalls) {
  const hashFunction =
    (algorithm: HashName) =>
    (data: CryptoData, encoding: DigestEncoding = "hex"): string | Uint8Array<ArrayBuffer> => {
      const input = hostData(data, algorithm);
      const digest = host.hash(algorithm, input, hostEncoding(encoding, algorithm));
      // Text can be three times as long in UTF-8.
      if (digest === undefined) throw tooLong(input.length, algorithm);
      return encoding === "bytes" ? latin1Bytes(digest) : digest;
    };

  return {
    md5: hashFunction("md5"),
    sha1: hashFunction("sha1"),
    sha256: hashFunction("sha256"),
    sha384: hashFunction("sha384"),
    sha512: hashFunction("sha512"),

    hmac(
      algorithm: HashName,
      key: CryptoData,
      data: CryptoData,
      encoding: DigestEncoding = "hex",
    ): string | Uint8Array<ArrayBuffer> {
      checkHash(algorithm);
      const secret = hostData(key, "hmac, key");
      const input = hostData(data, "hmac, data");
      const digest = host.hmac(algorithm, secret, input, hostEncoding(encoding, "hmac"));
      if (digest === undefined) throw tooLong(secret.length + input.length, "hmac");
      return encoding === "bytes" ? latin1Bytes(digest) : digest;
    },
  };
}

function checkHash(name: unknown): void {
  switch (name) {
    case "md5":
    case "sha1":
    case "sha256":
    case "sha384":
    case "sha512":
      return;
  }
  const given = typeof name === "string" ? `"${name}"` : typeof name;
  throw new TypeError(`hmac: the algorithm is md5, sha1, sha256, sha384 or sha512, not ${given}`);
}

function hostEncoding(encoding: unknown, what: string): "hex" | "base64" | "base64url" | "latin1" {
  switch (encoding) {
    case "hex":
    case "base64":
    case "base64url":
      return encoding;
    case "bytes":
      return "latin1";
  }
  const given = typeof encoding === "string" ? `"${encoding}"` : typeof encoding;
  throw new TypeError(`${what}: the encoding is "hex", "base64", "base64url" or "bytes", not ${given}`);
}
