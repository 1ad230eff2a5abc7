import type { KeyFormat } from "../host/crypto_jobs.ts";
import { Bytes, jsonParse, jsonStringify } from "../language/primordials.ts";
import { encodeUtf8, Utf8Decoder } from "../text/utf8.ts";
import { isBufferSource } from "./buffer_source.ts";
import { cryptoError } from "./crypto_error.ts";
import { toJsonWebKey } from "./json_web_key.ts";
import type { KeyData } from "./key_to_import.ts";

/** An exported key as the bytes that are encrypted. */
export function wrapped(exported: ArrayBuffer | object): Uint8Array<ArrayBuffer> {
  return isBufferSource(exported) ? new Bytes(exported as ArrayBuffer) : encodeUtf8(jsonStringify(exported));
}

/** Decrypted bytes as what is imported. Throws a DataError for what is no JWK where one should be. */
export function unwrapped(format: KeyFormat, bytes: ArrayBuffer): KeyData {
  if (format !== "jwk") return new Bytes(bytes);
  try {
    return toJsonWebKey(jsonParse(new Utf8Decoder(false).decode(new Bytes(bytes), false)));
  } catch {
    throw cryptoError("DataError", "what was unwrapped is not a JWK");
  }
}
