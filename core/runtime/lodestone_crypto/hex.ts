import { Bytes, charCodeAt } from "../language/primordials.ts";
import { textOfCodeUnits } from "../text/utf8.ts";
import { type CryptoData, dataBytes } from "./crypto_data.ts";
import { encodedText } from "./encoded_text.ts";

/** Lower case. */
export function toHex(data: CryptoData): string {
  const bytes = dataBytes(data, "toHex");
  const digits = new Bytes(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    digits[2 * i] = digitOf(bytes[i]! >> 4);
    digits[2 * i + 1] = digitOf(bytes[i]! & 15);
  }
  return textOfCodeUnits(digits, digits.length);
}

/** Either case. Throws a SyntaxError for anything but pairs of hexadecimal digits. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const digits = encodedText(text, "fromHex");
  const bytes = new Bytes(digits.length >> 1);
  let wrong = digits.length & 1;
  for (let i = 0; i < bytes.length; i++) {
    const high = digitValue(charCodeAt(digits, 2 * i));
    const low = digitValue(charCodeAt(digits, 2 * i + 1));
    wrong |= (high | low) & 0x100;
    bytes[i] = (high << 4) | low;
  }
  if (wrong !== 0) throw new SyntaxError("fromHex: the text is not an even number of hexadecimal digits");
  return bytes;
}

function digitOf(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

/** 0x100 for what is no digit. */
function digitValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 && code < 0x80 ? lower - 0x57 : 0x100;
}
