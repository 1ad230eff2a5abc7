import { cryptoError } from "./crypto_error.ts";
import type { KeyState } from "./crypto_key.ts";
import { type KeyUsage, usageSet } from "./key_usages.ts";

/** Throws a SyntaxError for a usage that such a key can't have. */
export function checkUsages(usages: number, allowed: number, name: string): void {
  if ((usages & ~allowed) !== 0) throw cryptoError("SyntaxError", `a key usage does not fit ${name}`);
}

/** Throws a SyntaxError for a secret or private key that could be used for nothing. */
export function checkNotUseless(type: KeyState["type"], usages: number): void {
  if (type !== "public" && usages === 0) {
    throw cryptoError("SyntaxError", "a secret or private key needs at least one key usage");
  }
}

/** Throws an InvalidAccessError when the key is for another algorithm or not for this usage. */
export function checkKey(key: KeyState, name: string, usage: KeyUsage): void {
  if (key.algorithm.name !== name) {
    throw cryptoError("InvalidAccessError", `${name} with a key for ${key.algorithm.name}`);
  }
  if ((key.usages & usageSet(usage)) === 0) {
    throw cryptoError("InvalidAccessError", `the key's usages don't include ${usage}`);
  }
}
