import { Bytes, charCodeAt } from "../language/primordials.ts";

/** Bytes of text that has one character for each. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Bytes(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = charCodeAt(text, i);
  return bytes;
}
