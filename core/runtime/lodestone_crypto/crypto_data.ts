import { CRYPTO_BYTES_LIMIT } from "../host/crypto_host_calls.ts";
import { Bytes, bytesOf, setBytes } from "../language/primordials.ts";
import { encodeUtf8 } from "../text/utf8.ts";

/** What the functions of `lodestone/crypto` take: text, which stands for its UTF-8, or bytes. */
export type CryptoData = string | ArrayBuffer | ArrayBufferView;

/**
 * Text or bytes as the host takes them: a view is copied when it is a part of its buffer, because the whole buffer
 * would cross. `what` begins the message of the error.
 */
export function hostData(data: unknown, what: string): string | Uint8Array {
  if (typeof data === "string") {
    // Asked before anything looks into the text: a repeated text is not in memory yet.
    if (data.length > CRYPTO_BYTES_LIMIT) throw tooLong(data.length, what);
    return data;
  }
  const bytes = viewOf(data, what);
  if (bytes.length > CRYPTO_BYTES_LIMIT) throw tooLong(bytes.length, what);
  if (bytes.length === bytes.buffer.byteLength) return bytes;
  const copy = new Bytes(bytes.length);
  setBytes(copy, bytes);
  return copy;
}

/** The bytes of text or of a buffer, not copied. */
export function dataBytes(data: unknown, what: string): Uint8Array {
  if (typeof data !== "string") return viewOf(data, what);
  if (data.length > CRYPTO_BYTES_LIMIT) throw tooLong(data.length, what);
  return encodeUtf8(data);
}

export function tooLong(length: number, what: string): RangeError {
  return new RangeError(
    `${what}: ${length} are more than ${CRYPTO_BYTES_LIMIT} bytes, the most for one call`,
  );
}

function viewOf(data: unknown, what: string): Uint8Array {
  try {
    return bytesOf(data);
  } catch {
    throw new TypeError(`${what}: text, an ArrayBuffer or a view of one is needed, not ${kindOf(data)}`);
  }
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
