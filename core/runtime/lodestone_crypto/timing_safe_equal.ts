import { charCodeAt } from "../language/primordials.ts";
import { type CryptoData, dataBytes } from "./crypto_data.ts";

/**
 * Whether two texts or byte sequences are the same. The time it takes tells of their lengths only, not of where
 * they differ.
 */
export function timingSafeEqual(a: CryptoData, b: CryptoData): boolean {
  if (typeof a === "string" && typeof b === "string") return equalTexts(a, b);
  const left = dataBytes(a, "timingSafeEqual");
  const right = dataBytes(b, "timingSafeEqual");
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left[i]! ^ right[i]!;
  return difference === 0;
}

/** Code units instead of bytes: equal texts have equal UTF-8, and only they, lone surrogates aside. */
function equalTexts(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= charCodeAt(a, i) ^ charCodeAt(b, i);
  return difference === 0;
}
