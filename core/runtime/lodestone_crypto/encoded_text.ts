import { CRYPTO_BYTES_LIMIT } from "../host/crypto_host_calls.ts";
import { tooLong } from "./crypto_data.ts";

/** The text that shall be decoded. */
export function encodedText(text: unknown, what: string): string {
  if (typeof text !== "string") throw new TypeError(`${what}: text is needed, not ${typeof text}`);
  if (text.length > CRYPTO_BYTES_LIMIT) throw tooLong(text.length, what);
  return text;
}
